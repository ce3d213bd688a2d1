using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PeerReplica.Wire;

namespace PeerReplica.Security;

/// <summary>
/// One handshake. TLS 1.3 with a certificate from both ends; then the hellos, the dialer's first; then, with a shared secret, the proofs, the dialer's first. So a listener
/// tells a stranger two version numbers and a random number, and proves its secret only to a peer that has proved it.
/// </summary>
internal sealed class Handshake(ChannelCredentials credentials, SslStream channel, bool isDialer)
{
    /// <summary>The name and version of this handshake, and of the frames after it.</summary>
    private static readonly SslApplicationProtocol s_protocol = new("peerreplica/1");

    private readonly X509Certificate2Collection _intermediates = [];
    private (HandshakeVerdict Verdict, string Reason)? _refused;

    /// <summary>The hello of this build.</summary>
    public static HelloFrame NewHello() =>
        new(ProtocolVersions.Least, ProtocolVersions.Greatest, RandomNumberGenerator.GetBytes(HelloFrame.NonceBytes), []);

    public async Task<AuthenticatedChannel> RunAsync(CancellationToken cancellationToken)
    {
        var peer = await AuthenticateChannelAsync(cancellationToken).ConfigureAwait(false);
        var own = NewHello();
        var ownBytes = own.Encode();
        if (isDialer) await HandshakeFrames.WriteAsync(channel, ownBytes, cancellationToken).ConfigureAwait(false);
        var peerBytes = await HandshakeFrames.ReadAsync(channel, cancellationToken).ConfigureAwait(false);
        if (HelloFrame.Decode(peerBytes) is not { } hello) throw new HandshakeException(HandshakeVerdict.Malformed, "its hello is malformed");
        if (!isDialer) await HandshakeFrames.WriteAsync(channel, ownBytes, cancellationToken).ConfigureAwait(false);
        if (!own.Overlaps(hello))
        {
            throw new HandshakeException(
                HandshakeVerdict.VersionMismatch,
                $"it speaks protocol versions {hello.MinVersion} to {hello.MaxVersion}, this replica {own.MinVersion} to {own.MaxVersion}; upgrade the older one");
        }

        if (credentials.Secrets is { } secrets) await ProveAsync(secrets, peer, ownBytes, peerBytes, cancellationToken).ConfigureAwait(false);
        return new AuthenticatedChannel(channel, credentials.Identify(peer), peer, _intermediates);
    }

    private async Task<X509Certificate2> AuthenticateChannelAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (isDialer) await channel.AuthenticateAsClientAsync(ClientOptions(), cancellationToken).ConfigureAwait(false);
            else await channel.AuthenticateAsServerAsync(ServerOptions(), cancellationToken).ConfigureAwait(false);
        }
        catch (AuthenticationException) when (_refused is not null)
        {
            throw new HandshakeException(_refused.Value.Verdict, _refused.Value.Reason);
        }

        if (channel.NegotiatedApplicationProtocol != s_protocol)
            throw new HandshakeException(HandshakeVerdict.VersionMismatch, $"it does not speak the protocol {s_protocol}; it is no replica, or of another version");
        return (X509Certificate2)channel.RemoteCertificate!;
    }

    private async Task ProveAsync(SharedSecrets secrets, X509Certificate2 peer, byte[] ownHello, byte[] peerHello, CancellationToken cancellationToken)
    {
        var own = SHA256.HashData(credentials.Context.TargetCertificate.RawDataMemory.Span);
        var other = SHA256.HashData(peer.RawDataMemory.Span);
        var (dialer, listener) = isDialer ? (own, other) : (other, own);
        var (dialerHello, listenerHello) = isDialer ? (ownHello, peerHello) : (peerHello, ownHello);
        var ofDialer = HandshakeTranscript.Of(true, dialer, listener, dialerHello, listenerHello);
        var ofListener = HandshakeTranscript.Of(false, dialer, listener, dialerHello, listenerHello);
        if (isDialer)
        {
            await HandshakeFrames.WriteAsync(channel, ProofFrame.Encode(secrets.Prove(ofDialer)), cancellationToken).ConfigureAwait(false);
            Verify(secrets, ofListener, await ReadProofAsync(cancellationToken).ConfigureAwait(false));
            return;
        }

        var recognized = Verify(secrets, ofDialer, await HandshakeFrames.ReadAsync(channel, cancellationToken).ConfigureAwait(false));
        await HandshakeFrames.WriteAsync(channel, ProofFrame.Encode([secrets.Prove(ofListener)[recognized]]), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The listener's proof. A listener that does not recognize the dialer's closes the connection without a word.</summary>
    private async Task<byte[]> ReadProofAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await HandshakeFrames.ReadAsync(channel, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HandshakeException { Verdict: HandshakeVerdict.Closed })
        {
            throw new HandshakeException(HandshakeVerdict.NotAuthenticated, "it refused this replica's proof: set the same SharedSecret on both sides", e);
        }
    }

    private static int Verify(SharedSecrets secrets, byte[] transcript, byte[] frame)
    {
        if (ProofFrame.Decode(frame) is not { } macs) throw new HandshakeException(HandshakeVerdict.Malformed, "its proof is malformed");
        var recognized = secrets.Verify(transcript, macs);
        if (recognized < 0)
            throw new HandshakeException(HandshakeVerdict.NotAuthenticated, "its shared secret is another one, or somebody relays the connection: set the same SharedSecret on both sides");
        return recognized;
    }

    private bool Judge(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _refused = credentials.Refuse(certificate, chain, errors);

        // Copies: TLS disposes of what it received, and the peer may be judged again.
        if (chain is not null) _intermediates.AddRange(chain.ChainPolicy.ExtraStore.Select(static c => X509CertificateLoader.LoadCertificate(c.RawData)).ToArray());
        return _refused is null;
    }

    private SslClientAuthenticationOptions ClientOptions() => new()
    {
        // Nobody is named to whoever listens; the certificate's identity is compared instead of a host's name.
        TargetHost = "",
        ClientCertificateContext = credentials.Context,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [s_protocol],
        AllowRenegotiation = false,
        AllowTlsResume = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = credentials.NewChainPolicy(),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Judge(certificate as X509Certificate2, chain, errors),
    };

    private SslServerAuthenticationOptions ServerOptions() => new()
    {
        ServerCertificateContext = credentials.Context,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [s_protocol],
        AllowRenegotiation = false,
        AllowTlsResume = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = credentials.NewChainPolicy(),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Judge(certificate as X509Certificate2, chain, errors),
    };
}
