using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PeerReplica.Transport;

namespace PeerReplica.Tests.Lifecycle;

/// <summary>Transports of the app's that do not start as they should.</summary>
public sealed class OddTransportTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("somewhere")]
    public async Task An_address_that_peers_cannot_dial_stops_the_start_unless_another_one_is_advertised(string? address)
    {
        using var host = Build(new OddTransport(Task.FromResult(address!)), null);
        var e = await Assert.ThrowsAsync<TransportException>(() => host.StartAsync());
        Assert.Contains($"'{address}'", e.Message, StringComparison.Ordinal);
        Assert.Contains("Set Advertise", e.Message, StringComparison.Ordinal);
        using var advertised = Build(new OddTransport(Task.FromResult(address!)), "10.0.0.1:7400");
        await advertised.StartAsync();
        Assert.Equal("10.0.0.1:7400", advertised.Services.GetRequiredService<IPeerReplica>().Self.Address);
        await advertised.StopAsync();
    }

    [Fact]
    public async Task A_start_that_is_canceled_does_not_wait_for_a_transport_that_goes_on()
    {
        var starting = new TaskCompletionSource<string>();
        var transport = new OddTransport(starting.Task);
        using var host = Build(transport, null);
        using var cancel = new CancellationTokenSource();
        var started = host.StartAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => started.WaitAsync(s_patience));
        Assert.True(transport.IsDisposed);
        starting.SetResult("127.0.0.1:1");
        Assert.Equal(ReplicaState.Faulted, host.Services.GetRequiredService<IPeerReplica>().State);
    }

    private static IHost Build(IReplicaTransport transport, string? advertise)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(transport);
        builder.Services.AddPeerReplica(o => o.Advertise = advertise);
        return builder.Build();
    }

    private sealed class OddTransport(Task<string> starting) : IReplicaTransport
    {
        public bool IsDisposed { get; private set; }

        public ValueTask<string> StartAsync(string listenAddress, ITransportHandler handler, CancellationToken cancellationToken) => new(starting);

        public void Dial(string address, long dialId)
        {
        }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return default;
        }
    }
}
