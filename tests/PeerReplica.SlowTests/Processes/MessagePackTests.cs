namespace PeerReplica.SlowTests.Processes;

/// <summary>Values of an app that are written with MessagePack, between two processes.</summary>
public sealed class MessagePackTests
{
    [Fact]
    public async Task A_value_of_the_app_is_read_in_another_process_as_it_was_written()
    {
        using var a = await PeerProcess.StartAsync("a", "127.0.0.1:0", []);
        using var b = await PeerProcess.StartAsync("b", "127.0.0.1:0", [a.Address]);
        await a.UntilAsync("up", up => up == "b");
        await a.AskAsync("order first Zo\u00eb 3 aisle front");
        await b.UntilAsync("ordered first", o => o == "Zo\u00eb 3 aisle,front");
        await b.AskAsync("order first Ann 70000");
        await a.UntilAsync("ordered first", o => o == "Ann 70000 ");
        Assert.Equal(await a.AskAsync("hash"), await b.AskAsync("hash"));
    }
}
