using System.Collections.Concurrent;
using System.Threading.Channels;
using PeerReplica.Transport;

namespace PeerReplica.SlowTests.Transport;

/// <summary>A started transport and all that it reports, checked for the rules that hold for every report.</summary>
internal sealed class Endpoint(IReplicaTransport transport) : ITransportHandler, IAsyncDisposable
{
    public static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    private static readonly AsyncLocal<bool> s_callersContext = new();

    [ThreadStatic]
    private static bool t_isInCall;

    private readonly ConcurrentDictionary<object, string> _current = new();
    private volatile bool _isOver;

    public string Address { get; private set; } = "";

    /// <summary>Runs within each report, after its check and before it is recorded.</summary>
    public Action<string, ITransportConnection?>? Hook { get; set; }

    public ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>The reports' kinds, as they came.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    public Channel<(ITransportConnection Connection, long? DialId)> Opened { get; } = Channel.CreateUnbounded<(ITransportConnection, long?)>();

    public Channel<(long DialId, string Reason)> Failed { get; } = Channel.CreateUnbounded<(long, string)>();

    public Channel<(ITransportConnection Connection, byte[] Frame)> Frames { get; } = Channel.CreateUnbounded<(ITransportConnection, byte[])>();

    public Channel<ITransportConnection> Rooms { get; } = Channel.CreateUnbounded<ITransportConnection>();

    public Channel<(ITransportConnection Connection, string Reason)> Closed { get; } = Channel.CreateUnbounded<(ITransportConnection, string)>();

    public async Task StartAsync(string listen) => Address = await transport.StartAsync(listen, this, CancellationToken.None);

    public void Dial(string address, long dialId) => Call(() => transport.Dial(address, dialId));

    public static bool TrySend(ITransportConnection connection, byte[] frame)
    {
        var taken = false;
        Call(() => taken = connection.TrySend(frame));
        return taken;
    }

    public static void Close(ITransportConnection connection) => Call(connection.Close);

    /// <summary>Sends them all, waiting for room where there is none; returns the number of refusals.</summary>
    public async Task<int> SendAllAsync(ITransportConnection connection, IEnumerable<byte[]> frames)
    {
        var refusals = 0;
        foreach (var frame in frames)
        {
            for (; !TrySend(connection, frame); refusals++) await NextAsync(Rooms);
        }

        return refusals;
    }

    public static async Task<T> NextAsync<T>(Channel<T> channel) => await channel.Reader.ReadAsync().AsTask().WaitAsync(Guard);

    public async Task<byte[]> NextFrameAsync() => (await NextAsync(Frames)).Frame;

    public void OnOpened(ITransportConnection connection, long? dialId) => Report("opened", connection, () => Opened.Writer.TryWrite((connection, dialId)));

    public void OnDialFailed(long dialId, string reason) => Report("failed", null, () => Failed.Writer.TryWrite((dialId, reason)));

    public void OnFrame(ITransportConnection connection, ReadOnlySpan<byte> frame)
    {
        var bytes = frame.ToArray();
        Report("frame", connection, () => Frames.Writer.TryWrite((connection, bytes)));
    }

    public void OnRoom(ITransportConnection connection) => Report("room", connection, () => Rooms.Writer.TryWrite(connection));

    public void OnClosed(ITransportConnection connection, string reason) => Report("closed", connection, () => Closed.Writer.TryWrite((connection, reason)));

    public async ValueTask DisposeAsync()
    {
        await transport.DisposeAsync().AsTask().WaitAsync(Guard);
        _isOver = true;
    }

    private static void Call(Action call)
    {
        var (before, contextBefore) = (t_isInCall, s_callersContext.Value);
        (t_isInCall, s_callersContext.Value) = (true, true);
        try
        {
            call();
        }
        finally
        {
            (t_isInCall, s_callersContext.Value) = (before, contextBefore);
        }
    }

    private void Report(string kind, ITransportConnection? connection, Action record)
    {
        if (t_isInCall) Faults.Enqueue($"{kind} was reported on the stack of a call");
        if (s_callersContext.Value) Faults.Enqueue($"{kind} was reported in the context of a call");
        if (_isOver) Faults.Enqueue($"{kind} was reported after the end");
        object key = connection is null ? new object() : connection;
        if (!_current.TryAdd(key, kind)) Faults.Enqueue($"{kind} was reported beside {_current.GetValueOrDefault(key)}");
        try
        {
            Log.Enqueue(kind);
            Hook?.Invoke(kind, connection);
        }
        finally
        {
            _current.TryRemove(key, out _);
            record();
        }
    }
}
