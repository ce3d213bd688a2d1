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

    private readonly ChannelCredentials _credentials;

    private ChannelSecurity(ChannelCredentials credentials) => _credentials = credentials;

    /// <summary>Creates it from options that were validated; <see langword="null"/> when they hold neither a secret nor a certificate, so that nothing is encrypted.</summary>
    /// <param name="options">The replica's options; later changes have no effect.</param>
    public static ChannelSecurity? Create(PeerReplicaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.SharedSecret is { } secret ? new ChannelSecurity(new SecretCredentials([secret, .. options.PreviousSharedSecrets])) : null;
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

    /// <inheritdoc/>
    public void Dispose() => _credentials.Context.TargetCertificate.Dispose();

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
