using PeerReplica.Security;
using PeerReplica.Transport;

namespace PeerReplica.SlowTests.Transport;

/// <summary>The suite over TCP with a shared secret: an encrypted connection promises the same.</summary>
public sealed class SecureTcpTransportTests : TransportConformance
{
    public override Type TransportType => typeof(TcpTransport);

    protected override string FreeAddress => "127.0.0.1:0";

    public override IReplicaTransport Create() =>
        new TcpTransport(MaxFrameBytes, SendBufferBytes, security: ChannelSecurity.Create(new PeerReplicaOptions { SharedSecret = Secrets.First }));
}
