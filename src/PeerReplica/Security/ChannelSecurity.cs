using System.Net.Security;
using System.Security.Authentication;

namespace PeerReplica.Security;

/// <summary>
/// Encrypts a stream between two replicas and authenticates both ends, by what the options say: a shared secret or certificates. For transports: it works over any duplex
/// stream, and no byte of a frame may be sent or handed on before <see cref="AuthenticateAsync"/> has returned. Thread-safe.
/// </summary>
public sealed class ChannelSecurity : IDisposable
{
    /// <summary>From the first byte to an authenticated peer; beyond it the handshake fails.</summary>
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(3);

    private readonly PeerReplicaOptions? _options;
    private readonly CertificateWatch? _watch;
    private volatile ChannelCredentials _credentials;
    private string _fingerprint;
    private string? _lastFault;

    private ChannelSecurity(ChannelCredentials credentials) => (_credentials, _fingerprint) = (credentials, "");

    private ChannelSecurity(PeerReplicaOptions options)
    {
        _options = options;
        (_credentials, _fingerprint) = Load(options);
        options.NodeName ??= CertificateName.Read(_credentials.Context.TargetCertificate, out _)!.Node;
        _watch = new CertificateWatch(CertificateFiles.Directories(options), options.CertificateReloadInterval, Reload);
    }

    /// <summary>
    /// Raised when other certificates, authorities or denied peers have been found, on a thread of its own, one at a time. A transport then asks <see cref="Reconsider"/> about each of its
    /// channels.
    /// </summary>
    public event Action<CertificateChange>? Changed;

    /// <summary>
    /// Creates it from options that were validated; <see langword="null"/> when they hold neither a secret nor a certificate, so that nothing is encrypted. Certificates are loaded, and
    /// watched until it is disposed of; if the options hold no <see cref="PeerReplicaOptions.NodeName"/>, it is set to the node that the certificate names.
    /// </summary>
    /// <param name="options">The replica's options; later changes have no effect.</param>
    /// <exception cref="PeerReplicaException">The certificates cannot be used; the message says why.</exception>
    public static ChannelSecurity? Create(PeerReplicaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.UsesCertificates) return new ChannelSecurity(options);
        return options.SharedSecret is { } secret ? new ChannelSecurity(new SecretCredentials([secret, .. options.PreviousSharedSecrets])) : null;
    }

    /// <summary>Why the certificates that the options name cannot be used; null when they can be.</summary>
    internal static string? WhyUnusable(PeerReplicaOptions options)
    {
        try
        {
            Load(options);
            return null;
        }
        catch (PeerReplicaException e)
        {
            return e.Message;
        }
    }

    /// <summary>
    /// Judges the peer of a channel by what is trusted now. <see langword="null"/>: it may stay. <see cref="HandshakeVerdict.Denied"/>: the channel must be closed at once. Anything else: its
    /// certificate is not trusted any more, and the channel must be closed soon, once another one can have taken its place.
    /// </summary>
    /// <param name="channel">A channel that <see cref="AuthenticateAsync"/> returned.</param>
    /// <param name="reason">Why, in words for a log; empty when it may stay.</param>
    public HandshakeVerdict? Reconsider(AuthenticatedChannel channel, out string reason)
    {
        ArgumentNullException.ThrowIfNull(channel);
        var refused = _credentials.Reconsider(channel.Certificate, channel.Intermediates);
        reason = refused?.Reason ?? "";
        return refused?.Verdict;
    }

    /// <summary>Authenticates both ends of a new connection, within <see cref="HandshakeTimeout"/>.</summary>
    /// <param name="stream">A duplex stream that has just been connected. It belongs to the channel from then on, and is closed when the handshake fails.</param>
    /// <param name="isDialer">Whether this end opened the connection.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HandshakeException">The peer is not let in, or does not let this replica in. The message says why, in words for a log, as the end of a sentence about the peer.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public async Task<AuthenticatedChannel> AuthenticateAsync(Stream stream, bool isDialer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(HandshakeTimeout);
        var channel = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            return await new Handshake(_credentials, channel, isDialer).RunAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw FailureOf(e, stream, deadline.IsCancellationRequested);
        }
    }

    /// <summary>Stops watching certificates. Channels that were authenticated stay open.</summary>
    public void Dispose() => _watch?.Dispose();

    private static (ChannelCredentials Credentials, string Fingerprint) Load(PeerReplicaOptions options)
    {
        try
        {
            var (certificates, policy, fingerprint) = CertificateFiles.Load(options);
            if (CertificateCredentials.WhyUnusable(certificates, options.ClusterName, options.NodeName) is { } fault) throw new PeerReplicaException($"{certificates.Certificate.Subject}: {fault}");
            return (new CertificateCredentials(certificates, options.ClusterName, policy), fingerprint);
        }
        catch (Exception e) when (e is not PeerReplicaException)
        {
            throw new PeerReplicaException($"The certificates cannot be loaded: {e.Message}", e);
        }
    }

    /// <summary>Loads what there is now, and swaps all of it or nothing. Each fault is reported once, however often it is found again.</summary>
    private void Reload()
    {
        CertificateChange change;
        try
        {
            var (credentials, fingerprint) = Load(_options!);
            _lastFault = null;
            if (fingerprint == _fingerprint) return;
            var before = _credentials.Context.TargetCertificate;
            (_credentials, _fingerprint) = (credentials, fingerprint);
            var now = credentials.Context.TargetCertificate;
            change = new(false, now.Thumbprint != before.Thumbprint, $"certificate {now.Subject}, serial number {now.SerialNumber}, valid until {now.NotAfter.ToUniversalTime():u}");
        }
        catch (PeerReplicaException e)
        {
            if (e.Message == _lastFault) return;
            _lastFault = e.Message;
            change = new(true, false, e.Message);
        }

        try
        {
            Changed?.Invoke(change);
        }
        catch (Exception)
        {
            // Foreign code; the certificates have been exchanged all the same.
        }
    }

    private static HandshakeException FailureOf(Exception e, Stream stream, bool isLate)
    {
        if (e is HandshakeException failure) return failure;
        if (isLate) return new HandshakeException(HandshakeVerdict.TimedOut, $"the handshake did not end within {HandshakeTimeout.TotalSeconds:0} s", e);
        if (stream is IFirstByte { FirstByte: not (-1 or TlsHandshake or TlsAlert) })
        {
            return new HandshakeException(
                HandshakeVerdict.NotEncrypted, "it does not encrypt, or is no replica: set SharedSecret or a certificate there, the same as here", e);
        }

        // An alert of TLS comes with an inner exception; the other end sends one when it refuses this replica's certificate or protocol.
        return e is AuthenticationException || e.InnerException is AuthenticationException or { InnerException: not null }
            ? new HandshakeException(HandshakeVerdict.NotAuthenticated, $"the TLS handshake failed, or it refused this replica: {(e.InnerException ?? e).Message}", e)
            : new HandshakeException(HandshakeVerdict.Closed, $"the connection ended during the handshake: {e.Message}", e);
    }

    private const int TlsAlert = 0x15;
    private const int TlsHandshake = 0x16;
}
