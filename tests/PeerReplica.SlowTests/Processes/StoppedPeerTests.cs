namespace PeerReplica.SlowTests.Processes;

public sealed class StoppedPeerTests
{
    private const int Keys = 2000;
    private static readonly TimeSpan s_stopped = TimeSpan.FromSeconds(60);

    /// <summary>What a megabyte or so of garbage and of buffers may add to the measured memory; the backlog would be a hundred times that.</summary>
    private const long Slack = 24 << 20;

    [Fact]
    public async Task A_peer_stopped_under_full_load_costs_no_memory_and_catches_up_with_what_changed_only()
    {
        using var writer = await PeerProcess.StartAsync("writer", "127.0.0.1:0", []);
        using var other = await PeerProcess.StartAsync("other", "127.0.0.1:0", [writer.Address]);
        using var stopped = await PeerProcess.StartAsync("stopped", "127.0.0.1:0", [writer.Address]);
        await writer.UntilAsync("up", up => up == "other,stopped");
        await writer.AskAsync($"fill {Keys}");
        await stopped.UntilAsync("count", c => c == $"{Keys}");
        await writer.AskAsync($"load {Keys} 0");
        await stopped.UntilAsync("value", v => v != "0");
        var memory = await writer.NumberAsync("memory");
        var otherMemory = await other.NumberAsync("memory");
        var receivedBefore = await stopped.NumberAsync("metric peerreplica.received.bytes");

        stopped.Signal("STOP");
        await Task.Delay(s_stopped);
        var grown = await writer.NumberAsync("memory") - memory;
        var otherGrown = await other.NumberAsync("memory") - otherMemory;
        var written = await writer.NumberAsync("unload");
        stopped.Signal("CONT");

        var hash = await writer.AskAsync("hash");
        await stopped.UntilAsync("hash", h => h == hash);
        var received = await stopped.NumberAsync("metric peerreplica.received.bytes") - receivedBefore;
        Assert.True(written > Keys * 100L, $"only {written} writes: no load");
        Assert.True(grown < Slack, $"the writer's memory grew by {grown:N0} bytes");
        Assert.True(otherGrown < Slack, $"the other peer's memory grew by {otherGrown:N0} bytes");

        // Some 40 bytes for each entry; what was on its way as it was stopped, and the links made anew, several times that.
        Assert.True(received < 12 << 20, $"it received {received:N0} bytes for {Keys} changed entries and {written:N0} writes");
        Assert.True(received < written * 4, $"it received {received:N0} bytes for {written:N0} writes");
    }

    [Fact]
    public async Task A_replica_that_joins_two_with_200000_entries_is_complete_while_writes_go_on()
    {
        using var a = await PeerProcess.StartAsync("a", "127.0.0.1:0", []);
        using var b = await PeerProcess.StartAsync("b", "127.0.0.1:0", [a.Address]);
        await a.UntilAsync("up", up => up == "b");
        await a.AskAsync("fill 200000");
        await b.UntilAsync("count", c => c == "200000");
        await a.AskAsync("load 5000 1");
        using var c = await PeerProcess.StartAsync("c", "127.0.0.1:0", [b.Address]);
        Assert.Equal("done", await c.AskAsync("synced"));
        Assert.Equal("200000", await c.AskAsync("count"));
        Assert.True(await a.NumberAsync("unload") > 0);
        var hash = await a.AskAsync("hash");
        await c.UntilAsync("hash", h => h == hash);
        await b.UntilAsync("hash", h => h == hash);
    }

    [Fact]
    public async Task A_killed_peer_leaves_its_changes_and_its_next_run_joins_with_them()
    {
        using var a = await PeerProcess.StartAsync("a", "127.0.0.1:0", []);
        using (var b = await PeerProcess.StartAsync("b", "127.0.0.1:0", [a.Address]))
        {
            await a.UntilAsync("up", up => up == "b");
            await b.AskAsync("add 77");
            await a.UntilAsync("value", v => v == "77");
            b.Signal("KILL");
        }

        await a.AskAsync("add 3");
        using var next = await PeerProcess.StartAsync("b", "127.0.0.1:0", [a.Address]);
        await next.AskAsync("synced");
        Assert.Equal("80", await next.AskAsync("value"));
        await next.AskAsync("add 20");
        await a.UntilAsync("value", v => v == "100");
    }
}
