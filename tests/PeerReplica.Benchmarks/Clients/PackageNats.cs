using System.Globalization;
using System.Threading.Channels;
using NATS.Client.Core;

namespace PeerReplica.Benchmarks.Clients;

/// <summary>The work of the comparison with NATS.Net.</summary>
internal sealed class PackageNats : IAsyncDisposable
{
    private readonly NatsConnection _publisher;
    private readonly NatsConnection _subscriber;
    private INatsSub<byte[]>? _messages;

    private PackageNats(int port)
    {
        var options = NatsOpts.Default with
        {
            Url = $"nats://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}",

            // By default what a slow subscriber has no room for is dropped.
            SubPendingChannelFullMode = BoundedChannelFullMode.Wait,
        };
        (_publisher, _subscriber) = (new(options), new(options));
    }

    public static async Task<PackageNats> StartAsync(int port)
    {
        var package = new PackageNats(port);
        await package._publisher.ConnectAsync();
        package._messages = await package._subscriber.SubscribeCoreAsync<byte[]>("package");
        await package._subscriber.PingAsync();
        return package;
    }

    public void All(string[] keys, byte[][] values) => Task.Run(() => AllAsync(keys, values)).GetAwaiter().GetResult();

    public void Messages(int count) => Task.Run(async () =>
    {
        for (var i = 0; i < count; i++)
        {
            await _publisher.PublishAsync("package", BitConverter.GetBytes((long)i));
            await _messages!.Msgs.ReadAsync();
        }
    }).GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        await _publisher.DisposeAsync();
        await _subscriber.DisposeAsync();
    }

    private async Task AllAsync(string[] keys, byte[][] values)
    {
        // The subscription ends with this round, so that the other way is measured without it.
        await using var messages = await _subscriber.SubscribeCoreAsync<byte[]>(">");
        await _subscriber.PingAsync();
        var received = Task.Run(async () =>
        {
            for (var i = 0; i < keys.Length; i++) await messages.Msgs.ReadAsync();
        });
        for (var i = 0; i < keys.Length; i++) await _publisher.PublishAsync(keys[i], values[i]);
        await _publisher.PingAsync();
        await received;
    }
}
