using System.Diagnostics;
using PeerReplica.Benchmarks.Load.Peers;
using PeerReplica.Transport;

namespace PeerReplica.Benchmarks.Load.Bare;

/// <summary>Many bytes from one end of an encrypted connection to the other, in MiB a second.</summary>
internal static class Bulk
{
    public static double Bare(int frames, int size)
    {
        using var listener = BareStream.Listen();
        var received = Task.Run(() =>
        {
            using var far = BareStream.Accept(listener, isTls: true);
            var buffer = new byte[size];
            for (var i = 0; i < frames; i++) far.ReadExactly(buffer);
            return Stopwatch.GetTimestamp();
        });
        using var near = BareStream.Connect(BareStream.PortOf(listener), isTls: true);
        var frame = new byte[size];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < frames; i++) near.Write(frame);
        return Rate(frames, size, start, received.Result);
    }

    public static async Task<double> SecuredAsync(int frames, int size)
    {
        var options = new PeerReplicaOptions { SharedSecret = LoadHost.NewSecret() };
        await using var from = ReplicaTransports.Tcp(options);
        await using var to = ReplicaTransports.Tcp(options);
        var receiver = new Receiver(frames);
        var sender = new Receiver(0);
        var address = await to.StartAsync("127.0.0.1:0", receiver, default);
        await from.StartAsync("127.0.0.1:0", sender, default);
        from.Dial(address, 1);
        var connection = await sender.Opened;
        var frame = new byte[size];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < frames; i++)
        {
            while (!connection.TrySend(frame)) await sender.RoomAsync();
        }

        return Rate(frames, size, start, await receiver.Received);
    }

    private static double Rate(int frames, int size, long start, long end) => frames * (double)size / (1 << 20) * Stopwatch.Frequency / (end - start);

    private sealed class Receiver(int frames) : ITransportHandler
    {
        private readonly TaskCompletionSource<ITransportConnection> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<long> _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly SemaphoreSlim _room = new(0);
        private int _left = frames;

        public Task<ITransportConnection> Opened => _opened.Task;

        public Task<long> Received => _received.Task;

        public Task<bool> RoomAsync() => _room.WaitAsync(TimeSpan.FromSeconds(1));

        public void OnOpened(ITransportConnection connection, long? dialId) => _opened.TrySetResult(connection);

        public void OnDialFailed(long dialId, string reason) => _opened.TrySetException(new InvalidOperationException(reason));

        public void OnFrame(ITransportConnection connection, ReadOnlySpan<byte> frame)
        {
            if (--_left == 0) _received.TrySetResult(Stopwatch.GetTimestamp());
        }

        public void OnRoom(ITransportConnection connection) => _room.Release();

        public void OnClosed(ITransportConnection connection, string reason) => _received.TrySetException(new InvalidOperationException(reason));
    }
}
