namespace PeerReplica.SlowTests.Processes;

public sealed class BurstTests
{
    /// <summary>"A few hundred" of the requirement: both peers together.</summary>
    private const long MostFrames = 400;

    [Fact]
    public async Task A_million_adds_to_one_counter_reach_two_peers_in_a_few_frames()
    {
        using var a = await PeerProcess.StartAsync("a", "127.0.0.1:0", []);
        using var b = await PeerProcess.StartAsync("b", "127.0.0.1:0", [a.Address]);
        using var c = await PeerProcess.StartAsync("c", "127.0.0.1:0", [a.Address]);
        await a.UntilAsync("up", up => up == "b,c");

        // Both were told of one seed only, and have found each other through it.
        await c.UntilAsync("up", up => up == "a,b");
        var before = await a.NumberAsync("metric peerreplica.sent.frames.Data");
        await a.AskAsync("add 1000000");
        await b.UntilAsync("value", v => v == "1000000");
        await c.UntilAsync("value", v => v == "1000000");
        Assert.InRange(await a.NumberAsync("metric peerreplica.sent.frames.Data") - before, 2, MostFrames);
        Assert.InRange(await a.NumberAsync("metric peerreplica.updates.published"), 1, MostFrames);
    }

    [Fact]
    public async Task A_hundred_thousand_writes_to_one_key_reach_two_peers_in_a_few_frames()
    {
        using var a = await PeerProcess.StartAsync("a", "127.0.0.1:0", []);
        using var b = await PeerProcess.StartAsync("b", "127.0.0.1:0", [a.Address]);
        using var c = await PeerProcess.StartAsync("c", "127.0.0.1:0", [a.Address]);
        await a.UntilAsync("up", up => up == "b,c");
        var before = await a.NumberAsync("metric peerreplica.sent.frames.Data");
        await a.AskAsync("rewrite 100000");
        var hash = await a.AskAsync("hash");
        await b.UntilAsync("hash", h => h == hash);
        await c.UntilAsync("hash", h => h == hash);
        Assert.InRange(await a.NumberAsync("metric peerreplica.sent.frames.Data") - before, 2, MostFrames);
        Assert.True(await a.NumberAsync("metric peerreplica.updates.coalesced") > 99_000);
    }
}
