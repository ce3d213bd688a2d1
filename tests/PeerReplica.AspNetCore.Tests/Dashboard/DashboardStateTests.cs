using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using PeerReplica.AspNetCore.Tests.Apps;
using PeerReplica.DependencyInjection;

namespace PeerReplica.AspNetCore.Tests.Dashboard;

/// <summary>What the status shows: its JSON is what the page is drawn from.</summary>
public sealed class DashboardStateTests
{
    [Fact]
    public async Task Every_instance_is_shown_with_its_own_view_of_the_others()
    {
        await using var cluster = await WebCluster.StartAsync(3, Configure, Map);
        using var client = cluster[0].CreateOperator();
        await WebCluster.Eventually(async () =>
        {
            var state = await client.ReadAsync();
            return state.GetProperty("nodes").EnumerateArray().All(n =>
                n.TryGetProperty("report", out var report) && report.GetProperty("links").EnumerateArray().Count(l => l.Text("state") == "Up") == 2);
        });
        var nodes = (await client.ReadAsync()).GetProperty("nodes").EnumerateArray().ToArray();
        Assert.Equal(["node-0", "node-1", "node-2"], nodes.Select(n => n.Text("name")).Order());
        Assert.Equal("node-0", nodes.Single(n => n.GetProperty("isSelf").GetBoolean()).Text("name"));
        var ids = nodes.Select(n => n.Text("id")).Order().ToArray();
        Assert.All(nodes, node =>
        {
            var peers = node.GetProperty("report").GetProperty("links").EnumerateArray().Select(l => l.Text("peer"));
            Assert.Equal(ids.Where(i => i != node.Text("id")), peers.Order());
            Assert.True(node.GetProperty("report").GetProperty("workingSetBytes").GetInt64() > 1 << 20);
            Assert.InRange(node.GetProperty("report").GetProperty("cpuShare").GetDouble(), 0, 1);
        });
    }

    [Fact]
    public async Task Keys_and_values_are_hidden_unless_an_option_shows_them()
    {
        await using var hidden = await DashboardApp.StartAsync(Objects);
        Fill(hidden);
        using var client = hidden.CreateOperator();
        var text = (await client.ReadAsync()).GetRawText();
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, await client.StatusOf("/peerreplica/entries?name=map"));
        await using var shown = await DashboardApp.StartAsync(Objects, o =>
        {
            o.ShowValues = true;
            o.HiddenObjects.Add("private");
        });
        Fill(shown);
        using var reader = shown.CreateOperator();
        await WebCluster.Eventually(async () => (await reader.ReadAsync()).GetProperty("objects").Named("register").Text("value") == "secret value");
        var entry = (await reader.ReadAsync("/peerreplica/entries?name=map")).GetProperty("entries").EnumerateArray().Single();
        Assert.Equal(("secret key", "secret value"), (entry.Text("key"), entry.Text("value")));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, await reader.StatusOf("/peerreplica/entries?name=private"));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, await reader.StatusOf("/peerreplica/entries?name=missing"));
    }

    [Fact]
    public async Task Sessions_logins_and_keys_of_the_package_never_show_theirs()
    {
        await using var app = await DashboardApp.StartAsync(o => o.AddNodeReport(), o => o.ShowValues = true, s =>
        {
            s.AddPeerReplicaSession();
            s.AddPeerReplicaDistributedCache();
            s.AddPeerReplicaTicketStore();
        });
        using var client = app.CreateOperator();
        var own = (await client.ReadAsync()).GetProperty("objects").EnumerateArray().Select(o => o.Text("name")).ToArray();
        Assert.True(own.Length >= 4);
        foreach (var name in own) Assert.Equal(System.Net.HttpStatusCode.NotFound, await client.StatusOf($"/peerreplica/entries?name={name}"));
    }

    [Fact]
    public async Task Entries_can_be_filtered_by_key_and_one_answer_is_bounded()
    {
        await using var app = await DashboardApp.StartAsync(Objects, o => (o.ShowValues, o.MaxEntries) = (true, 10));
        for (var i = 0; i < 100; i++) app.Replica.GetMap<string, string>("map").Set($"Key {i:00}", new string('x', 5_000));
        using var client = app.CreateOperator();
        var all = await client.ReadAsync("/peerreplica/entries?name=map");
        Assert.Equal(10, all.GetProperty("entries").GetArrayLength());
        Assert.False(all.GetProperty("isComplete").GetBoolean());
        Assert.All(all.GetProperty("entries").EnumerateArray(), e => Assert.InRange(e.Text("value").Length, 1, 1_000));
        var some = await client.ReadAsync("/peerreplica/entries?name=map&contains=key%204");
        Assert.Equal(10, some.GetProperty("entries").GetArrayLength());
        Assert.All(some.GetProperty("entries").EnumerateArray(), e => Assert.StartsWith("Key 4", e.Text("key"), StringComparison.Ordinal));
        var one = await client.ReadAsync("/peerreplica/entries?name=map&contains=42");
        Assert.Equal("Key 42", one.GetProperty("entries").EnumerateArray().Single().Text("key"));
        Assert.True(one.GetProperty("isComplete").GetBoolean());
    }

    [Fact]
    public async Task A_value_that_throws_when_it_is_shown_hides_no_other()
    {
        await using var app = await DashboardApp.StartAsync(o => o.AddMap<int, Moody>("moods"), o => o.ShowValues = true);
        var map = app.Replica.GetMap<int, Moody>("moods");
        map.Set(1, new Moody { Mood = "fine" });
        map.Set(2, new Moody { Mood = "angry" });
        Moody.IsAngry = true;
        using var client = app.CreateOperator();
        var entries = (await client.ReadAsync("/peerreplica/entries?name=moods")).GetProperty("entries").EnumerateArray().ToArray();
        Moody.IsAngry = false;
        Assert.Contains("fine", entries.Single(e => e.Text("key") == "1").Text("value"), StringComparison.Ordinal);
        Assert.Contains("cannot be shown", entries.Single(e => e.Text("key") == "2").Text("value"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sizes_rights_totals_and_tombstones_are_those_of_the_replica()
    {
        await using var app = await DashboardApp.StartAsync(o => o.AddMap<string, byte[]>("map").AddBoundedCounter("tickets", 50));
        var tickets = app.Replica.GetBoundedCounter("tickets");
        await WebCluster.Eventually(() => tickets.TryTake(8));
        Assert.NotNull(tickets.TryHold(2, TimeSpan.FromHours(1)));
        for (var i = 0; i < 20; i++) app.Replica.GetMap<string, byte[]>("map").Set($"k{i}", new byte[1000]);
        using var client = app.CreateOperator();
        await WebCluster.Eventually(async () => (await client.ReadAsync()).GetProperty("objects").Named("map").GetProperty("entries").GetInt64() == 20);
        var state = await client.ReadAsync();
        Assert.InRange(state.GetProperty("objects").Named("map").GetProperty("bytes").GetInt64(), 20_000, 21_000);
        Assert.Equal("Map", state.GetProperty("objects").Named("map").Text("kind"));
        var audit = state.GetProperty("audits").Named("tickets");
        Assert.Equal((50, 8, 2, 40), (Int(audit, "issued"), Int(audit, "sold"), Int(audit, "held"), Int(audit, "free")));
        Assert.True(audit.GetProperty("isBalanced").GetBoolean());
        Assert.Equal(tickets.AvailableHere, Int(audit, "freeHere"));
        await WebCluster.Eventually(async () => Int((await client.ReadAsync()).GetProperty("totals"), "published") >= 20);
        Assert.InRange(Int((await client.ReadAsync()).GetProperty("totals"), "entries"), 20, 60);
    }

    [Fact]
    public async Task The_next_instance_may_be_restarted_while_all_are_connected_and_ready()
    {
        await using var cluster = await WebCluster.StartAsync(3, Configure, Map, o => (o.HeartbeatInterval, o.PeerTimeout) = (TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1)));
        using var client = cluster[0].CreateOperator();
        await WebCluster.Eventually(async () => (await client.ReadAsync()).GetProperty("restart").GetProperty("isAllowed").GetBoolean());

        // A cut that this instance does not see itself: the others report it.
        cluster.Network.Cut(WebCluster.AddressOf(1), WebCluster.AddressOf(2));
        await WebCluster.Eventually(async () => Reasons(await client.ReadAsync()).Any(r => r is "node-1 does not reach node-2." or "node-2 does not reach node-1."));
        cluster.Network.Isolate(WebCluster.AddressOf(0));
        await WebCluster.Eventually(async () => Reasons(await client.ReadAsync()).Any(r => r.StartsWith("No other instance", StringComparison.Ordinal)));
        Assert.Contains(Reasons(await client.ReadAsync()), r => r.StartsWith("node-1 (10.0.0.2:7400) cannot be reached", StringComparison.Ordinal));
        var state = await client.ReadAsync();
        Assert.Contains(state.GetProperty("events").EnumerateArray(), e => e.Text("kind") == "Unreachable" && e.Text("subject") == "node-1");
        await WebCluster.Eventually(async () => (await client.ReadAsync()).GetProperty("health").Text("status") == "Degraded");
        Assert.Contains((await client.ReadAsync()).GetProperty("health").GetProperty("findings").EnumerateArray(), f => f.Text("remedy").Length > 0);
    }

    [Fact]
    public async Task The_only_instance_may_not_be_restarted()
    {
        await using var app = await DashboardApp.StartAsync();
        using var client = app.CreateOperator();
        var state = await client.ReadAsync();
        Assert.False(state.GetProperty("restart").GetProperty("isAllowed").GetBoolean());
        Assert.Contains("lose the state", Assert.Single(Reasons(state)), StringComparison.Ordinal);
        Assert.False(state.GetProperty("hasReports").GetBoolean());
    }

    private static IEnumerable<string> Reasons(JsonElement state) =>
        state.GetProperty("restart").GetProperty("reasons").EnumerateArray().Select(r => r.GetString()!);

    private static long Int(JsonElement element, string property) => element.GetProperty(property).GetInt64();

    private static void Objects(IPeerReplicaBuilder builder) => builder.AddMap<string, string>("map").AddRegister<string>("register").AddRegister<string>("private");

    private static void Fill(WebInstance app)
    {
        app.Replica.GetMap<string, string>("map").Set("secret key", "secret value");
        app.Replica.GetRegister<string>("register").Set("secret value");
        app.Replica.GetRegister<string>("private").Set("secret");
    }

    private static void Configure(IServiceCollection services, IPeerReplicaBuilder replica)
    {
        services.AddOperators();
        replica.AddNodeReport(o => o.Interval = TimeSpan.FromSeconds(1));
    }

    private static void Map(WebApplication app) => app.MapPeerReplicaDashboard().RequireAuthorization(Operators.Policy);

    public sealed class Moody
    {
        public static bool IsAngry { get; set; }

        public string Mood
        {
            get => IsAngry && _mood == "angry" ? throw new InvalidOperationException() : _mood;
            set => _mood = value;
        }

        private string _mood = "";
    }
}
