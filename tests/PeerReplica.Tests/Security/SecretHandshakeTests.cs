using System.Security.Authentication;
using PeerReplica.Security;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Security;

/// <summary>The handshake with a shared secret, over streams in memory: who gets in, and what nobody learns or can pass on.</summary>
public sealed class SecretHandshakeTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Two_replicas_with_one_secret_authenticate_each_other_and_exchange_bytes()
    {
        var (dialed, accepted) = await ConnectAsync(With(Secrets.First), With(Secrets.First));
        Assert.StartsWith("key:", dialed.Peer.Name, StringComparison.Ordinal);
        Assert.NotEqual(dialed.Peer.Name, accepted.Peer.Name);
        await dialed.Stream.WriteAsync(new byte[] { 1, 2, 3 });
        var read = new byte[3];
        await accepted.Stream.ReadExactlyAsync(read).AsTask().WaitAsync(s_patience);
        Assert.Equal([1, 2, 3], read);
    }

    [Fact]
    public async Task The_identity_is_that_of_one_run()
    {
        using var listener = With(Secrets.First);
        using var dialer = With(Secrets.First);
        var first = await ConnectAsync(dialer, listener);
        var again = await ConnectAsync(dialer, listener);
        var restarted = await ConnectAsync(With(Secrets.First), listener);
        Assert.Equal(first.Accepted.Peer.Name, again.Accepted.Peer.Name);
        Assert.NotEqual(first.Accepted.Peer.Name, restarted.Accepted.Peer.Name);
    }

    [Fact]
    public async Task Another_secret_is_refused_by_both()
    {
        var (dialer, listener) = await FailAsync(With(Secrets.First), With(Secrets.Second));
        Assert.Equal(HandshakeVerdict.NotAuthenticated, dialer.Verdict);
        Assert.Equal(HandshakeVerdict.NotAuthenticated, listener.Verdict);
    }

    /// <summary>In every step of a rotation some replicas have its secrets already and some do not.</summary>
    [Theory]
    [InlineData(new[] { Secrets.First }, new[] { Secrets.Second, Secrets.First })]
    [InlineData(new[] { Secrets.Second, Secrets.First }, new[] { Secrets.First })]
    [InlineData(new[] { Secrets.Second, Secrets.First }, new[] { Secrets.Second })]
    [InlineData(new[] { Secrets.Second }, new[] { Secrets.Second, Secrets.First })]
    [InlineData(new[] { Secrets.Third, Secrets.Second, Secrets.First }, new[] { Secrets.First })]
    public async Task A_secret_in_common_is_enough(string[] dialer, string[] listener) => await ConnectAsync(With(dialer), With(listener));

    [Fact]
    public async Task White_space_around_a_secret_does_not_count() => await ConnectAsync(With(Secrets.First + "\n"), With(" " + Secrets.First));

    [Fact]
    public async Task A_relayed_handshake_lets_nobody_in()
    {
        // The relay ends TLS on both sides and passes on every frame of the handshake.
        var (near, toDialer) = DuplexStream.Pair();
        var (far, toListener) = DuplexStream.Pair();
        using var dialer = With(Secrets.First);
        using var listener = With(Secrets.First);
        var dialing = dialer.AuthenticateAsync(near, isDialer: true, default);
        var listening = listener.AuthenticateAsync(far, isDialer: false, default);
        var (front, back) = (new RawPeer(toDialer), new RawPeer(toListener));
        await Task.WhenAll(front.ListenAsync(), back.DialAsync()).WaitAsync(s_patience);
        await RawPeer.RelayAsync(front, back).WaitAsync(s_patience);
        Assert.Equal(HandshakeVerdict.NotAuthenticated, (await RefusedAsync(dialing)).Verdict);
        Assert.Equal(HandshakeVerdict.NotAuthenticated, (await RefusedAsync(listening)).Verdict);
    }

    [Fact]
    public async Task A_listener_proves_nothing_to_a_dialer_that_has_not()
    {
        using var listener = With(Secrets.First);
        var (near, far) = DuplexStream.Pair();
        var listening = listener.AuthenticateAsync(far, isDialer: false, default);
        using var stranger = new RawPeer(near);
        await stranger.DialAsync().WaitAsync(s_patience);
        await stranger.SendAsync(Handshake.NewHello().Encode());
        await stranger.ReceiveAsync();
        await stranger.SendAsync(ProofFrame.Encode([new byte[ProofFrame.MacBytes]]));
        Assert.Equal(HandshakeVerdict.Closed, (await Assert.ThrowsAsync<HandshakeException>(() => stranger.ReceiveAsync().WaitAsync(s_patience))).Verdict);
        Assert.Equal(HandshakeVerdict.NotAuthenticated, (await RefusedAsync(listening)).Verdict);
    }

    [Fact]
    public async Task What_a_listener_says_to_a_stranger_names_nobody()
    {
        var options = new PeerReplicaOptions { SharedSecret = Secrets.First, ClusterName = "shop-cluster", NodeName = "node-of-shop", Listen = "127.0.0.1:7411" };
        using var listener = ChannelSecurity.Create(options)!;
        var (near, far) = DuplexStream.Pair();
        _ = listener.AuthenticateAsync(far, isDialer: false, default);
        using var stranger = new RawPeer(near);
        await stranger.DialAsync().WaitAsync(s_patience);
        await stranger.SendAsync(Handshake.NewHello().Encode());
        var said = System.Text.Encoding.Latin1.GetString([.. await stranger.ReceiveAsync(), .. stranger.Other.RawData]);
        foreach (var name in new[] { "shop-cluster", "node-of-shop", "7411", Environment.MachineName }) Assert.DoesNotContain(name, said, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_reflected_proof_is_refused()
    {
        using var dialer = With(Secrets.First);
        var (near, far) = DuplexStream.Pair();
        var dialing = dialer.AuthenticateAsync(near, isDialer: true, default);
        using var stranger = new RawPeer(far);
        await stranger.ListenAsync().WaitAsync(s_patience);
        await stranger.SendAsync(await stranger.ReceiveAsync());
        await stranger.SendAsync(await stranger.ReceiveAsync());
        Assert.Equal(HandshakeVerdict.NotAuthenticated, (await RefusedAsync(dialing)).Verdict);
    }

    [Fact]
    public async Task A_proof_of_another_connection_is_refused()
    {
        // The dialer's own certificate and proof, but on a channel with another nonce of the listener's.
        using var listener = With(Secrets.First);
        var certificate = RunCertificate.Create();
        var hello = Handshake.NewHello().Encode();
        var secrets = new SharedSecrets([Secrets.First]);
        byte[]? replayed = null;
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var (near, far) = DuplexStream.Pair();
            var listening = listener.AuthenticateAsync(far, isDialer: false, default);
            using var peer = new RawPeer(near) { Certificate = certificate };
            await peer.DialAsync().WaitAsync(s_patience);
            await peer.SendAsync(hello);
            var answer = await peer.ReceiveAsync();
            var transcript = HandshakeTranscript.Of(true, Hash(certificate), Hash(peer.Other), hello, answer);
            await peer.SendAsync(replayed ??= ProofFrame.Encode(secrets.Prove(transcript)));
            if (attempt == 0) await listening.WaitAsync(s_patience);
            else Assert.Equal(HandshakeVerdict.NotAuthenticated, (await RefusedAsync(listening)).Verdict);
        }

        static byte[] Hash(System.Security.Cryptography.X509Certificates.X509Certificate2 c) => System.Security.Cryptography.SHA256.HashData(c.RawData);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, "peerreplica/1")]
    [InlineData(SslProtocols.Tls13, "h2")]
    [InlineData(SslProtocols.Tls13, "peerreplica/0")]
    public async Task An_older_TLS_and_another_protocol_are_refused(SslProtocols protocols, string application)
    {
        using var listener = With(Secrets.First);
        var (near, far) = DuplexStream.Pair();
        var listening = listener.AuthenticateAsync(far, isDialer: false, default);
        using var stranger = new RawPeer(near) { Protocols = protocols, Application = application };
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await stranger.DialAsync().WaitAsync(s_patience);
            await stranger.SendAsync(Handshake.NewHello().Encode());
            await stranger.ReceiveAsync().WaitAsync(s_patience);
        });
        await RefusedAsync(listening);
    }

    /// <summary>A later version states a greater range, capabilities and fields that this one does not know.</summary>
    [Fact]
    public async Task A_later_version_that_still_speaks_this_one_gets_in_and_one_that_does_not_is_told_why()
    {
        var later = Handshake.NewHello() with { MaxVersion = 9, Capabilities = ["frames.compressed", "of the future"] };
        Assert.True(await AnswersAsync([0x97, .. later.Encode().AsSpan(1), 0xC3, 0x92, 1, 2]));
        Assert.False(await AnswersAsync((later with { MinVersion = 8 }).Encode()));
    }

    [Fact]
    public async Task A_frame_longer_than_any_of_the_handshake_is_refused_before_it_has_arrived()
    {
        using var listener = With(Secrets.First);
        var (near, far) = DuplexStream.Pair();
        var listening = listener.AuthenticateAsync(far, isDialer: false, default);
        using var stranger = new RawPeer(near);
        await stranger.DialAsync().WaitAsync(s_patience);
        await stranger.SendAsync(new byte[HandshakeFrames.MaxBytes + 1]);
        Assert.Equal(HandshakeVerdict.Malformed, (await RefusedAsync(listening)).Verdict);
    }

    [Fact]
    public async Task A_failure_shows_no_secret()
    {
        var (dialer, listener) = await FailAsync(With(Secrets.First), With(Secrets.Second));
        Assert.DoesNotContain(Secrets.First, dialer + listener.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secrets.Second, dialer + listener.ToString(), StringComparison.Ordinal);
        var options = new PeerReplicaOptions { SharedSecret = Secrets.First };
        options.PreviousSharedSecrets.Add(Secrets.Second);
        var shown = System.Text.Json.JsonSerializer.Serialize(options) + options + new SharedSecrets([Secrets.First]);
        Assert.DoesNotContain(Secrets.First, shown, StringComparison.Ordinal);
        Assert.DoesNotContain(Secrets.Second, shown, StringComparison.Ordinal);
    }

    /// <summary>Whether a listener goes on to read the proof after such a hello.</summary>
    private static async Task<bool> AnswersAsync(byte[] hello)
    {
        using var listener = With(Secrets.First);
        var (near, far) = DuplexStream.Pair();
        var listening = listener.AuthenticateAsync(far, isDialer: false, default);
        using var peer = new RawPeer(near);
        await peer.DialAsync().WaitAsync(s_patience);
        await peer.SendAsync(hello);
        var answer = await peer.ReceiveAsync().WaitAsync(s_patience);
        var transcript = HandshakeTranscript.Of(true, System.Security.Cryptography.SHA256.HashData(peer.Certificate.RawData), System.Security.Cryptography.SHA256.HashData(peer.Other.RawData), hello, answer);
        await peer.SendAsync(ProofFrame.Encode(new SharedSecrets([Secrets.First]).Prove(transcript)));
        try
        {
            await listening.WaitAsync(s_patience);
            return true;
        }
        catch (HandshakeException e)
        {
            Assert.Equal(HandshakeVerdict.VersionMismatch, e.Verdict);
            Assert.Contains("8 to 9", e.Message, StringComparison.Ordinal);
            return false;
        }
    }

    private static ChannelSecurity With(params string[] secrets)
    {
        var options = new PeerReplicaOptions { SharedSecret = secrets[0] };
        foreach (var previous in secrets.Skip(1)) options.PreviousSharedSecrets.Add(previous);
        return ChannelSecurity.Create(options)!;
    }

    private static async Task<(AuthenticatedChannel Dialed, AuthenticatedChannel Accepted)> ConnectAsync(ChannelSecurity dialer, ChannelSecurity listener)
    {
        var (near, far) = DuplexStream.Pair();
        var dialing = dialer.AuthenticateAsync(near, isDialer: true, default);
        var listening = listener.AuthenticateAsync(far, isDialer: false, default);
        await Task.WhenAll(dialing, listening).WaitAsync(s_patience);
        return (await dialing, await listening);
    }

    private static async Task<(HandshakeException Dialer, HandshakeException Listener)> FailAsync(ChannelSecurity dialer, ChannelSecurity listener)
    {
        var (near, far) = DuplexStream.Pair();
        var dialing = dialer.AuthenticateAsync(near, isDialer: true, default);
        var listening = listener.AuthenticateAsync(far, isDialer: false, default);
        return (await RefusedAsync(dialing), await RefusedAsync(listening));
    }

    private static Task<HandshakeException> RefusedAsync(Task<AuthenticatedChannel> handshake) =>
        Assert.ThrowsAsync<HandshakeException>(() => handshake.WaitAsync(s_patience));
}
