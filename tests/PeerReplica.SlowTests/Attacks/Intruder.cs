using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using PeerReplica.Causality;
using PeerReplica.Replication;
using PeerReplica.Security;
using PeerReplica.Simulation;
using PeerReplica.Wire;

namespace PeerReplica.SlowTests.Attacks;

/// <summary>
/// A peer with a valid identity that a test speaks for: it says hello, beats, and otherwise sends the frames that it is told to.
/// </summary>
internal sealed class Intruder : IAsyncDisposable
{
    private static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(200);
    private readonly TcpClient _client;
    private readonly Stream _stream;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _over = new();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<LinkVerdict> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<ReplicaId, ulong> _contained = new();
    private TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _number;
    /// <summary>Far beyond those that a test sends by itself.</summary>
    private ulong _probe = 0xF022_0000_0000;

    private Intruder(TcpClient client, Stream stream, ReplicaId id)
    {
        (_client, _stream, Id) = (client, stream, id);
        _ = ListenAsync();
    }

    public ReplicaId Id { get; }

    /// <summary>Completes with the verdict that the replica closes with; None where it closes without a word.</summary>
    public Task<LinkVerdict> Closed => _closed.Task;

    /// <summary>The number of the last data frame.</summary>
    public ulong LastNumber => _number;

    /// <summary>Connects and authenticates; where there is no security, in plain text.</summary>
    public static async Task<Intruder> ConnectAsync(
        ChannelSecurity? security, int port, string cluster, ReplicaId id, string node, IPAddress? from = null, (int Min, int Max)? versions = null)
    {
        var client = from is null ? new TcpClient() : new TcpClient(new IPEndPoint(from, 0));
        client.NoDelay = true;
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            Stream stream = client.GetStream();
            if (security is not null) stream = (await security.AuthenticateAsync(stream, isDialer: true, default).WaitAsync(Hosts.Patience)).Stream;
            var intruder = new Intruder(client, stream, id);
            var (min, max) = versions ?? (ProtocolVersions.Least, ProtocolVersions.Greatest);
            await intruder.SendAsync(ForgedTransfer.Written(f =>
                MessageWriter.Write(f, new Hello(min, max, cluster, id, node, "127.0.0.1:1", new byte[16], false))));
            return intruder;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Waits until the link is open, and says that this peer contains nothing.</summary>
    /// <param name="beats">Whether it shows from then on that it is alive.</param>
    public async Task<Intruder> OpenAsync(bool beats = true)
    {
        Assert.True(await IsOpenedAsync(), "the link was not opened");
        await SendAsync(Status());
        if (beats) _ = BeatAsync();
        return this;
    }

    /// <summary>Whether the replica opens the link.</summary>
    public async Task<bool> IsOpenedAsync()
    {
        await Task.WhenAny(_opened.Task, Closed).WaitAsync(Hosts.Patience);
        return _opened.Task.IsCompleted;
    }

    /// <summary>Whether the replica has looked at all that was sent, and the link is still open.</summary>
    public async Task<bool> IsAnsweredAsync()
    {
        _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync(ForgedTransfer.Written(f => MessageWriter.WriteProbe(f, ++_probe)));
        await Task.WhenAny(_answered.Task, Closed);
        return !Closed.IsCompleted;
    }

    /// <summary>How far the replica said that it contains an origin's changes.</summary>
    public ulong ContainedOf(ReplicaId origin) => _contained.GetValueOrDefault(origin);

    public Task TellAsync(ForgedTransfer transfer, DataFlags flags = DataFlags.None) => SendAsync(transfer.Frame(++_number, flags));

    /// <summary>Sends a part of a transfer, the first one or a later one, and never the last.</summary>
    public Task SendPartAsync(bool isFirst, byte[] part) => SendAsync(ForgedTransfer.Written(f =>
        MessageWriter.WriteData(f, new DataHeader(++_number, isFirst ? DataFlags.First | DataFlags.Fresh : DataFlags.None), part)));

    /// <summary>Sends a frame; nothing where the link is closed.</summary>
    public async Task SendAsync(byte[] frame)
    {
        var bytes = new byte[sizeof(int) + frame.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, frame.Length);
        frame.CopyTo(bytes, sizeof(int));
        try
        {
            await _sending.WaitAsync(_over.Token);
            try
            {
                await _stream.WriteAsync(bytes, _over.Token);
                await _stream.FlushAsync(_over.Token);
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            _closed.TrySetResult(LinkVerdict.None);
        }
    }

    /// <summary>A status of what this peer claims to contain and to have collected.</summary>
    public static byte[] Status(IEnumerable<(ReplicaId Origin, ulong Sequence)>? contained = null, (ReplicaId Origin, ulong Sequence)? floor = null)
    {
        var (origins, vector, collected) = (new OriginTable(new ReplicaId(0xBAD)), new VersionVector(), new VersionVector());
        foreach (var (origin, sequence) in contained ?? []) vector[origins.IndexOf(origin)] = sequence;
        if (floor is { } at) collected[origins.IndexOf(at.Origin)] = at.Sequence;
        return ForgedTransfer.Written(f => MessageWriter.WriteStatus(f, vector, collected, origins, OriginRange.All, StatusFlags.None));
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _stream.DisposeAsync();
        _client.Dispose();
    }

    private async Task BeatAsync()
    {
        while (!_over.IsCancellationRequested && !Closed.IsCompleted)
        {
            await SendAsync(ForgedTransfer.Written(f => MessageWriter.Write(f, new Heartbeat(_number, 0, 0, 0, default))));
            await Task.Delay(s_beat);
        }
    }

    private async Task ListenAsync()
    {
        try
        {
            while (await ReceiveAsync() is { } frame)
            {
                var reader = new SpanReader(frame);
                Assert.True(MessageReader.TryReadType(ref reader, out var type));
                if (type == MessageType.Bye && ControlReader.TryReadNumber(frame, out var verdict)) _closed.TrySetResult((LinkVerdict)verdict);
                if (type == MessageType.ProbeReply && ControlReader.TryReadProbeReply(frame, out var reply) && reply.Id == _probe) _answered.TrySetResult();
                if (type != MessageType.Status || ControlReader.ReadStatus(frame) is not { } status) continue;
                foreach (var (origin, sequence) in status.Vector) _contained[origin] = sequence;
                _opened.TrySetResult();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Closed.
        }

        _closed.TrySetResult(LinkVerdict.None);
    }

    private async Task<byte[]?> ReceiveAsync()
    {
        var prefix = new byte[sizeof(int)];
        if (await _stream.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false, _over.Token) < prefix.Length) return null;
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
        await _stream.ReadExactlyAsync(frame, _over.Token);
        return frame;
    }
}
