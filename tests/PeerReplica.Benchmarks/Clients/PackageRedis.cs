using System.Globalization;
using StackExchange.Redis;

namespace PeerReplica.Benchmarks.Clients;

/// <summary>The work of the comparison with StackExchange.Redis.</summary>
internal sealed class PackageRedis : IDisposable
{
    private static readonly RedisChannel s_channel = RedisChannel.Literal("package");

    private readonly ConnectionMultiplexer _multiplexer;
    private readonly IDatabase _database;
    private readonly ISubscriber _subscriber;
    private readonly SemaphoreSlim _received = new(0);

    public PackageRedis(int port)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        _multiplexer = ConnectionMultiplexer.Connect(address);
        _database = _multiplexer.GetDatabase();
        _subscriber = _multiplexer.GetSubscriber();
        _subscriber.Subscribe(s_channel, (_, _) => _received.Release());
    }

    /// <summary>Answers are read and dropped; the last command's answer is awaited.</summary>
    public void Fill(string[] keys, byte[][] values)
    {
        const CommandFlags Flags = CommandFlags.FireAndForget;
        for (var i = 0; i < keys.Length; i++) _database.StringSet(keys[i], values[i], flags: Flags);
        _database.Ping();
    }

    public void Gets(int count)
    {
        for (var i = 0; i < count; i++) _ = _database.StringGet("k-00000000000001");
    }

    public void Messages(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _subscriber.Publish(s_channel, i, CommandFlags.FireAndForget);
            _received.Wait();
        }
    }

    public void Dispose()
    {
        _multiplexer.Dispose();
        _received.Dispose();
    }
}
