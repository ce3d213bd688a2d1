using PeerReplica.SlowTests.Processes;

namespace PeerReplica.SlowTests.Names;

/// <summary>A test that is skipped, saying why and what to do, where network namespaces or the name server cannot be had.</summary>
internal sealed class NameServerFactAttribute : FactAttribute
{
    public NameServerFactAttribute() => Skip = NetworkNamespaces.WhyNot ?? NameServer.WhyNot;
}
