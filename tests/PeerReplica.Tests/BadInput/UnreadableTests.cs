using System.Text.Json;
using System.Text.Json.Serialization;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.BadInput;

/// <summary>
/// What another replica wrote and this one cannot read, a newer version's type for one, is passed over; everything else
/// goes on.
/// </summary>
public sealed class UnreadableTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    [JsonDerivedType(typeof(NewEvent), "base")]
    [JsonDerivedType(typeof(Sold), "sold")]
    public record NewEvent(string Name);

    public sealed record Sold(string Name, int Price) : NewEvent(Name);

    public enum OldColor
    {
        Red,
    }

    public enum NewColor
    {
        Red,
        Green,
    }

    public sealed record Painted<TColor>(TColor Color);

    [Fact]
    public async Task A_derived_type_that_only_the_newer_version_knows_is_passed_over_and_the_rest_is_read()
    {
        await using var pair = await Versions.StartAsync<NewEvent, OldEventBase>();
        var (newer, older) = pair.Maps;
        await newer.SetAsync("plain", new("a"), pair.One);
        await newer.SetAsync("derived", new Sold("b", 5), pair.One);
        await newer.SetAsync("again", new("c"), pair.One);
        Assert.Equal(["again", "plain"], older.Select(e => e.Key).Order());
        Assert.Equal(2, older.Count);
        Assert.False(older.ContainsKey("derived"));
        Assert.Throws<ReplicaSerializationException>(() => older.TryGetValue("derived", out _));
        await Assert.ThrowsAsync<ReplicaSerializationException>(() => older.GetAsync("derived", ReadConcern.Local));
        Assert.Equal(3, newer.Count);
        Assert.Equal(await pair.Newer.Replica.GetContentHashAsync(), await pair.Older.Replica.GetContentHashAsync());
    }

    [Fact]
    public async Task Count_agrees_with_the_enumeration_also_before_anything_was_enumerated()
    {
        await using var pair = await Versions.StartAsync<NewEvent, OldEventBase>();
        var (newer, older) = pair.Maps;
        for (var i = 0; i < 20; i++) newer.Set($"{i}", i % 4 == 0 ? new Sold("x", i) : new NewEvent("x"));
        await pair.Newer.Replica.FlushAsync(pair.One);
        Assert.Equal(15, older.Count);
        Assert.Equal(15, older.ToList().Count);
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal(i % 4 != 0, older.ContainsKey($"{i}")));
    }

    [Fact]
    public async Task An_unreadable_entry_is_logged_once_with_the_remedy()
    {
        await using var pair = await Versions.StartAsync<NewEvent, OldEventBase>();
        var (newer, older) = pair.Maps;
        for (var i = 0; i < 5; i++) newer.Set($"{i}", new Sold("x", i));
        await pair.Newer.Replica.FlushAsync(pair.One);
        for (var i = 0; i < 3; i++) Assert.Empty(older);
        var logged = Assert.Single(pair.Older.Logs.All, e => e.EventId == 17);
        Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Warning, logged.Level);
        Assert.Contains("'map'", logged.Message, StringComparison.Ordinal);
        Assert.Contains("use a type and serializer that read what the other replicas write", logged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreadable_entry_can_be_overwritten_and_removed()
    {
        await using var pair = await Versions.StartAsync<NewEvent, OldEventBase>();
        var (newer, older) = pair.Maps;
        await newer.SetAsync("overwritten", new Sold("a", 1), pair.One);
        await newer.SetAsync("removed", new Sold("b", 2), pair.One);
        await older.SetAsync("overwritten", new("mine"), pair.One);
        Assert.True(await older.RemoveAsync("removed", pair.One));
        Assert.Equal([new("overwritten", new OldEventBase("mine"))], older);
        Assert.Equal([new("overwritten", new NewEvent("mine"))], newer);
    }

    [Fact]
    public async Task Watches_registers_multi_value_registers_and_presences_go_on_past_what_they_cannot_read()
    {
        await using var pair = await Versions.StartAsync<NewEvent, OldEventBase>();
        var (here, there) = (pair.Newer.Replica, pair.Older.Replica);
        var changes = new Watched<MapChange<string, OldEventBase>>(ct => pair.Maps.Older.WatchAsync(WatchStart.Changes, ct));
        var register = new Watched<OldEventBase?>(there.GetRegister<OldEventBase>("register").WatchAsync);
        var multi = new Watched<IReadOnlyList<OldEventBase>>(there.GetMultiValueRegister<OldEventBase>("multi").WatchAsync);
        var presence = new Watched<IReadOnlyDictionary<ReplicaId, OldEventBase>>(there.GetPresence<OldEventBase>("presence").WatchAsync);
        there.GetPresence<OldEventBase>("presence").Set(new("own"));
        foreach (var value in new NewEvent[] { new Sold("b", 5), new("c") })
        {
            here.GetMap<string, NewEvent>("map").Set("key", value);
            here.GetRegister<NewEvent>("register").Set(value);
            here.GetMultiValueRegister<NewEvent>("multi").Set(value);
            here.GetPresence<NewEvent>("presence").Set(value);
            await here.FlushAsync(pair.One);
            if (value is not Sold) continue;
            Assert.Empty(there.GetMultiValueRegister<OldEventBase>("multi").Values);
            Assert.Equal([new("own")], there.GetPresence<OldEventBase>("presence").Values.Values);
            Assert.Throws<ReplicaSerializationException>(() => there.GetRegister<OldEventBase>("register").Value);
        }

        await changes.UntilAsync(c => c is { Kind: MapChangeKind.Set, Value.Name: "c" });
        await register.UntilAsync(v => v is { Name: "c" });
        await multi.UntilAsync(v => v is [{ Name: "c" }]);
        await presence.UntilAsync(v => v.Values.Select(e => e.Name).Order().SequenceEqual(["c", "own"]));
    }

    [Fact]
    public async Task An_enum_member_that_only_the_newer_version_knows_is_passed_over_also_as_a_key()
    {
        var options = new JsonSerializerOptions { Converters = { new JsonStringEnumConverter() } };
        var serializer = new SystemTextJsonReplicaSerializer(options);
        await using var newer = await Hosts.StartAsync(b => b.AddSet<Painted<NewColor>>("set").AddMap<Painted<NewColor>, int>("map").UseSerializer(serializer));
        await using var older = await Hosts.StartAsync(
            b => b.AddSet<Painted<OldColor>>("set").AddMap<Painted<OldColor>, int>("map").UseSerializer(serializer), o => o.Seeds.Add(newer.Address));
        var one = WriteConcern.Peers(1).WithTimeout(s_patience);
        foreach (var color in Enum.GetValues<NewColor>())
        {
            await newer.Replica.GetSet<Painted<NewColor>>("set").AddAsync(new(color), one);
            await newer.Replica.GetMap<Painted<NewColor>, int>("map").SetAsync(new(color), 7, one);
        }

        var (set, map) = (older.Replica.GetSet<Painted<OldColor>>("set"), older.Replica.GetMap<Painted<OldColor>, int>("map"));
        Assert.Equal(1, set.Count);
        Assert.Equal(1, map.Count);
        Assert.Equal([new(OldColor.Red)], set);
        Assert.Equal([new(new(OldColor.Red), 7)], map);
        Assert.Single(older.Logs.All, e => e.EventId == 17 && e.Message.Contains("'set'", StringComparison.Ordinal));
        set.Clear();
        await older.Replica.FlushAsync(one);
        Assert.Equal(0, newer.Replica.GetSet<Painted<NewColor>>("set").Count);
    }

    [Fact]
    public async Task Values_of_another_native_type_are_passed_over()
    {
        await using var numbers = await Hosts.StartAsync(b => b.AddMap<string, byte>("map").AddMap<string, long>("wide"));
        await using var texts = await Hosts.StartAsync(b => b.AddMap<string, long>("map").AddMap<string, string>("wide"), o => o.Seeds.Add(numbers.Address));
        var one = WriteConcern.Peers(1).WithTimeout(s_patience);
        await texts.Replica.GetMap<string, long>("map").SetAsync("small", 7, one);
        await texts.Replica.GetMap<string, long>("map").SetAsync("large", 7_000, one);
        await texts.Replica.GetMap<string, string>("wide").SetAsync("text", "a", one);
        Assert.Equal(1, numbers.Replica.GetMap<string, byte>("map").Count);
        Assert.Equal([new("small", 7)], numbers.Replica.GetMap<string, byte>("map"));
        Assert.Equal(0, numbers.Replica.GetMap<string, long>("wide").Count);
        Assert.Empty(numbers.Replica.GetMap<string, long>("wide"));
    }

    /// <summary>What the older version has of it: no derived types.</summary>
    [JsonPolymorphic(UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
    [JsonDerivedType(typeof(OldEventBase), "base")]
    public record OldEventBase(string Name);

    private sealed class Watched<T>
    {
        private readonly System.Threading.Channels.Channel<T> _seen = System.Threading.Channels.Channel.CreateUnbounded<T>();

        public Watched(Func<CancellationToken, IAsyncEnumerable<T>> watch)
        {
            var subscribed = watch(CancellationToken.None).GetAsyncEnumerator();
            var first = subscribed.MoveNextAsync().AsTask();
            _ = Task.Run(async () =>
            {
                try
                {
                    while (await first)
                    {
                        await _seen.Writer.WriteAsync(subscribed.Current);
                        first = subscribed.MoveNextAsync().AsTask();
                    }
                }
                catch (Exception e)
                {
                    _seen.Writer.TryComplete(e);
                }
            });
        }

        public async Task UntilAsync(Func<T, bool> isIt)
        {
            using var stop = new CancellationTokenSource(s_patience);
            while (!isIt(await _seen.Reader.ReadAsync(stop.Token)))
            {
            }
        }
    }

    /// <summary>Two hosts that register one name with two versions of a type.</summary>
    private sealed class Versions(Hosts newer, Hosts older) : IAsyncDisposable
    {
        public Hosts Newer => newer;

        public Hosts Older => older;

        public WriteConcern One { get; } = WriteConcern.Peers(1).WithTimeout(s_patience);

        public (IReplicatedMap<string, NewEvent> Newer, IReplicatedMap<string, OldEventBase> Older) Maps =>
            (newer.Replica.GetMap<string, NewEvent>("map"), older.Replica.GetMap<string, OldEventBase>("map"));

        public static async Task<Versions> StartAsync<TNew, TOld>()
        {
            var newer = await Hosts.StartAsync(b => Register<TNew>(b));
            var older = await Hosts.StartAsync(b => Register<TOld>(b), o => o.Seeds.Add(newer.Address));
            await older.Replica.WaitUntilSyncedAsync().WaitAsync(s_patience);
            return new Versions(newer, older);
        }

        public async ValueTask DisposeAsync()
        {
            await older.DisposeAsync();
            await newer.DisposeAsync();
        }

        private static void Register<T>(DependencyInjection.IPeerReplicaBuilder b) => b.AddMap<string, T>("map").AddRegister<T>("register")
            .AddMultiValueRegister<T>("multi").AddPresence<T>("presence");
    }
}
