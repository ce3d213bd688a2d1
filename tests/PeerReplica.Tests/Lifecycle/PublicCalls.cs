using System.Reflection;
using PeerReplica.DependencyInjection;

namespace PeerReplica.Tests.Lifecycle;

/// <summary>Every public call of a replica and of each kind of object, with the kind of its outcome. A new member joins by a line.</summary>
internal static class PublicCalls
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);
    private static readonly EntryExpiration s_sliding = new() { Sliding = TimeSpan.FromHours(1) };
    private static readonly WriteConcern s_written = WriteConcern.Peers(1).WithTimeout(s_long);
    private static readonly ReadConcern s_read = ReadConcern.Peers(1).WithTimeout(s_long);

    /// <summary>The interfaces that an app holds.</summary>
    public static Type[] Interfaces { get; } =
    [
        typeof(IPeerReplica), typeof(IReplicatedObject), .. typeof(IPeerReplica).Assembly.GetExportedTypes()
            .Where(t => t.IsInterface && t != typeof(IReplicatedObject) && typeof(IReplicatedObject).IsAssignableFrom(t)),
    ];

    public static IEnumerable<Call> All =>
    [
        .. Replica(), .. Counter(), .. BoundedCounter(), .. Pool(), .. Register(), .. MultiValueRegister(), .. Map(), .. Set(), .. Flag(), .. Presence(),
    ];

    public static void Register(IPeerReplicaBuilder builder) => builder
        .AddCounter("counter").AddBoundedCounter("bounded", 10).AddPool("pool", ["a", "b"]).AddRegister<int>("register").AddMultiValueRegister<int>("multi")
        .AddMap<string, int>("map").AddSet<int>("set").AddFlag("flag").AddPresence<int>("presence");

    /// <summary>The members of an interface; of overloads each has the types of its parameters.</summary>
    public static IEnumerable<string> MembersOf(Type type)
    {
        foreach (var property in type.GetProperties()) yield return $"{NameOf(type)}.{property.Name}";
        foreach (var method in type.GetMethods().Where(m => !m.IsSpecialName))
        {
            var isOverloaded = type.GetMethods().Count(m => m.Name == method.Name) > 1;
            yield return $"{NameOf(type)}.{method.Name}{(isOverloaded ? $"({string.Join(", ", method.GetParameters().Select(p => p.ParameterType.Name))})" : "")}";
        }
    }

    private static string NameOf(MemberInfo type) => type.Name.Split('`')[0];

    private static IEnumerable<Call> Replica() =>
    [
        new("IPeerReplica.Self", CallKind.Read, r => r.Self),
        new("IPeerReplica.State", CallKind.Read, r => r.State),
        new("IPeerReplica.Fault", CallKind.Read, r => r.Fault),
        new("IPeerReplica.Peers", CallKind.Read, r => r.Peers),
        new("IPeerReplica.Audits", CallKind.Read, r => r.Audits),
        new("IPeerReplica.Objects", CallKind.Read, r => r.Objects),
        new("IPeerReplica.MeasureObject", CallKind.Read, r => r.MeasureObject("map")),
        new("IPeerReplica.InspectObject", CallKind.Read, r => r.Objects.SelectMany(o => r.InspectObject(o.Name)).ToArray()),
        new("IPeerReplica.Health", CallKind.Read, r => r.Health),
        new("IPeerReplica.WatchHealthAsync", CallKind.WatchHealth, r => r.WatchHealthAsync()),
        new("IPeerReplica.WatchPeersAsync", CallKind.Watch, r => r.WatchPeersAsync()),
        new("IPeerReplica.IsSynced", CallKind.Read, r => r.IsSynced),
        new("IPeerReplica.WaitUntilSyncedAsync", CallKind.WaitUntilSynced, r => r.WaitUntilSyncedAsync()),
        new("IPeerReplica.GetContentHashAsync", CallKind.Hash, r => r.GetContentHashAsync()),
        new("IPeerReplica.FlushAsync", CallKind.WriteWithConcern, r => r.FlushAsync(s_written)),
        new("IPeerReplica.RefreshAsync", CallKind.ReadWithConcern, r => r.RefreshAsync(s_read)),
        new("IPeerReplica.Expelled", CallKind.Read, r => r.Expelled),
        new("IPeerReplica.ExpelAsync", CallKind.Ask, r => r.ExpelAsync("key:00")),
        new("IPeerReplica.ReadmitAsync", CallKind.Ask, r => r.ReadmitAsync("key:00")),
        new("IPeerReplica.ForgetAsync", CallKind.Ask, r => r.ForgetAsync(new ReplicaId(7))),
        new("IPeerReplica.GetCounter", CallKind.Read, r => r.GetCounter("counter")),
        new("IPeerReplica.GetBoundedCounter", CallKind.Read, r => r.GetBoundedCounter("bounded")),
        new("IPeerReplica.GetPool", CallKind.Read, r => r.GetPool<string>("pool")),
        new("IPeerReplica.GetRegister", CallKind.Read, r => r.GetRegister<int>("register")),
        new("IPeerReplica.GetMultiValueRegister", CallKind.Read, r => r.GetMultiValueRegister<int>("multi")),
        new("IPeerReplica.GetMap", CallKind.Read, r => r.GetMap<string, int>("map")),
        new("IPeerReplica.GetSet", CallKind.Read, r => r.GetSet<int>("set")),
        new("IPeerReplica.GetFlag", CallKind.Read, r => r.GetFlag("flag")),
        new("IPeerReplica.GetPresence", CallKind.Read, r => r.GetPresence<int>("presence")),
        new("IReplicatedObject.Name", CallKind.Read, r => r.GetFlag("flag").Name),
    ];

    private static IEnumerable<Call> Counter() =>
    [
        Of("ICounter.Value", CallKind.Read, c => c.Value),
        Of("ICounter.Add", CallKind.Write, c => Done(() => c.Add(2))),
        Of("ICounter.Increment", CallKind.Write, c => Done(c.Increment)),
        Of("ICounter.Decrement", CallKind.Write, c => Done(c.Decrement)),
        Of("ICounter.AddAsync", CallKind.WriteWithConcern, c => c.AddAsync(1, s_written)),
        Of("ICounter.GetAsync", CallKind.ReadWithConcern, c => c.GetAsync(s_read)),
        Of("ICounter.WatchAsync(CancellationToken)", CallKind.Watch, c => c.WatchAsync()),
        Of("ICounter.WatchAsync(WatchStart, CancellationToken)", CallKind.Watch, c => c.WatchAsync(WatchStart.Changes)),
    ];

    private static IEnumerable<Call> BoundedCounter() =>
    [
        OfBounded("AvailableHere", CallKind.Read, c => c.AvailableHere),
        OfBounded("Available", CallKind.Read, c => c.Available),
        OfBounded("Value", CallKind.Read, c => c.Value),
        OfBounded("GetAudit", CallKind.Read, c => c.GetAudit()),
        OfBounded("TryTake", CallKind.Take, c => c.TryTake()),
        OfBounded("TakeAsync(Int64, TimeSpan, CancellationToken)", CallKind.WaitToTake, c => c.TakeAsync(1, s_long)),
        OfBounded("TakeAsync(Int64, WriteConcern, CancellationToken)", CallKind.WaitToTake, c => c.TakeAsync(1, s_written)),
        OfBounded("TryHold", CallKind.Take, c => c.TryHold(1, s_long)),
        OfBounded("HoldAsync", CallKind.WaitToTake, c => c.HoldAsync(1, new() { TimeToLive = s_long, Timeout = s_long })),
        OfBounded("ConfirmAsync", CallKind.Ask, c => c.ConfirmAsync(default, s_long)),
        OfBounded("CancelAsync", CallKind.Ask, c => c.CancelAsync(default, s_long)),
        OfBounded("GrantAsync", CallKind.Ask, c => c.GrantAsync(1)),
        OfBounded("WatchAsync(CancellationToken)", CallKind.Watch, c => c.WatchAsync()),
        OfBounded("WatchAsync(WatchStart, CancellationToken)", CallKind.Watch, c => c.WatchAsync(WatchStart.Changes)),

        // Last: what is returned here can be taken here.
        OfBounded("Return", CallKind.Write, c => c.Return()),
        OfBounded("ReturnAsync", CallKind.Write, c => c.ReturnAsync(1, s_long)),
    ];

    private static IEnumerable<Call> Pool() =>
    [
        OfPool("GetItems", CallKind.Read, p => p.GetItems()),
        OfPool("GetAudit", CallKind.Read, p => p.GetAudit()),
        OfPool("GetState", CallKind.Read, p => p.GetState("a")),
        OfPool("TakeAsync", CallKind.Ask, p => p.TakeAsync("a", s_long)),
        OfPool("TakeAnyAsync", CallKind.Ask, p => p.TakeAnyAsync(null, s_long)),
        OfPool("HoldAsync", CallKind.Ask, p => p.HoldAsync("a", new() { TimeToLive = s_long, Timeout = s_long })),
        OfPool("ConfirmAsync", CallKind.Ask, p => p.ConfirmAsync(default, s_long)),
        OfPool("CancelAsync", CallKind.Ask, p => p.CancelAsync(default, s_long)),
        OfPool("ReturnAsync", CallKind.Ask, p => p.ReturnAsync("a", s_long)),
        OfPool("WatchAsync(CancellationToken)", CallKind.Watch, p => p.WatchAsync()),
        OfPool("WatchAsync(WatchStart, CancellationToken)", CallKind.Watch, p => p.WatchAsync(WatchStart.Changes)),
    ];

    private static IEnumerable<Call> Register() =>
    [
        new("IRegister.Value", CallKind.Read, r => r.GetRegister<int>("register").Value),
        new("IRegister.TryGetValue", CallKind.Read, r => r.GetRegister<int>("register").TryGetValue(out _)),
        new("IRegister.Set", CallKind.Write, r => Done(() => r.GetRegister<int>("register").Set(1))),
        new("IRegister.Clear", CallKind.Write, r => r.GetRegister<int>("register").Clear()),
        new("IRegister.SetAsync", CallKind.WriteWithConcern, r => r.GetRegister<int>("register").SetAsync(1, s_written)),
        new("IRegister.ClearAsync", CallKind.WriteWithConcern, r => r.GetRegister<int>("register").ClearAsync(s_written)),
        new("IRegister.GetAsync", CallKind.ReadWithConcern, r => r.GetRegister<int>("register").GetAsync(s_read)),
        new("IRegister.WatchAsync(CancellationToken)", CallKind.Watch, r => r.GetRegister<int>("register").WatchAsync()),
        new("IRegister.WatchAsync(WatchStart, CancellationToken)", CallKind.Watch, r => r.GetRegister<int>("register").WatchAsync(WatchStart.Changes)),
    ];

    private static IEnumerable<Call> MultiValueRegister() =>
    [
        new("IMultiValueRegister.Values", CallKind.Read, r => r.GetMultiValueRegister<int>("multi").Values),
        new("IMultiValueRegister.Set", CallKind.Write, r => Done(() => r.GetMultiValueRegister<int>("multi").Set(1))),
        new("IMultiValueRegister.Clear", CallKind.Write, r => r.GetMultiValueRegister<int>("multi").Clear()),
        new("IMultiValueRegister.SetAsync", CallKind.WriteWithConcern, r => r.GetMultiValueRegister<int>("multi").SetAsync(1, s_written)),
        new("IMultiValueRegister.ClearAsync", CallKind.WriteWithConcern, r => r.GetMultiValueRegister<int>("multi").ClearAsync(s_written)),
        new("IMultiValueRegister.GetAsync", CallKind.ReadWithConcern, r => r.GetMultiValueRegister<int>("multi").GetAsync(s_read)),
        new("IMultiValueRegister.WatchAsync(CancellationToken)", CallKind.Watch, r => r.GetMultiValueRegister<int>("multi").WatchAsync()),
        new("IMultiValueRegister.WatchAsync(WatchStart, CancellationToken)", CallKind.Watch, r => r.GetMultiValueRegister<int>("multi").WatchAsync(WatchStart.Changes)),
    ];

    private static IEnumerable<Call> Map() =>
    [
        OfMap("Count", CallKind.Read, m => m.Count),
        OfMap("TryGetValue", CallKind.Read, m => m.TryGetValue("k", out _)),
        OfMap("Item", CallKind.Write, m => m["k"] = 1),
        OfMap("Keys", CallKind.Read, m => m.Keys.Count()),
        OfMap("Values", CallKind.Read, m => m.Values.Count()),
        OfMap("TryPeek", CallKind.Read, m => m.TryPeek("k", out _)),
        OfMap("Touch", CallKind.Read, m => m.Touch("k")),
        OfMap("ContainsKey", CallKind.Read, m => m.ContainsKey("k")),
        OfMap("Set(TKey, TValue)", CallKind.Write, m => Done(() => m.Set("k", 1))),
        OfMap("Set(TKey, TValue, Nullable`1)", CallKind.Write, m => Done(() => m.Set("k", 1, TimeSpan.FromHours(1)))),
        OfMap("Set(TKey, TValue, EntryExpiration)", CallKind.Write, m => Done(() => m.Set("k", 1, s_sliding))),
        OfMap("TryAdd", CallKind.Write, m => m.TryAdd("k", 1)),
        OfMap("GetOrAdd(TKey, TValue, EntryExpiration)", CallKind.Write, m => m.GetOrAdd("k", 1)),
        OfMap("GetOrAdd(TKey, Func`2, EntryExpiration)", CallKind.Write, m => m.GetOrAdd("k", _ => 1)),
        OfMap("AddOrUpdate", CallKind.Write, m => m.AddOrUpdate("k", 1, (_, v) => v + 1)),
        OfMap("SetItems", CallKind.Write, m => Done(() => m.SetItems([new("k", 1)]))),
        OfMap("GetAll", CallKind.Read, m => m.GetAll("k")),
        OfMap("Update", CallKind.Write, m => m.Update("k", _ => 1)),
        OfMap("Remove", CallKind.Write, m => m.Remove("absent")),
        OfMap("TryRemove", CallKind.Write, m => m.TryRemove("absent", out _)),
        OfMap("RemoveRange", CallKind.Write, m => m.RemoveRange(["absent"])),
        OfMap("Clear", CallKind.Write, m => m.Clear()),
        OfMap("SetAsync(TKey, TValue, WriteConcern, CancellationToken)", CallKind.WriteWithConcern, m => m.SetAsync("k", 2, s_written)),
        OfMap("SetAsync(TKey, TValue, Nullable`1, WriteConcern, CancellationToken)", CallKind.WriteWithConcern, m => m.SetAsync("k", 2, TimeSpan.FromHours(1), s_written)),
        OfMap("SetAsync(TKey, TValue, EntryExpiration, WriteConcern, CancellationToken)", CallKind.WriteWithConcern, m => m.SetAsync("k", 2, s_sliding, s_written)),
        OfMap("RemoveAsync", CallKind.WriteWithConcern, m => m.RemoveAsync("k", s_written)),
        OfMap("GetAsync", CallKind.ReadWithConcern, m => m.GetAsync("k", s_read)),
        OfMap("WatchAsync(CancellationToken)", CallKind.Watch, m => m.WatchAsync()),
        OfMap("WatchAsync(WatchStart, CancellationToken)", CallKind.Watch, m => m.WatchAsync(WatchStart.Changes)),
    ];

    private static IEnumerable<Call> Set() =>
    [
        OfSet("Count", CallKind.Read, s => s.Count),
        OfSet("Contains", CallKind.Read, s => s.Contains(1)),
        OfSet("Add", CallKind.Write, s => s.Add(1)),
        OfSet("Remove", CallKind.Write, s => s.Remove(7)),
        OfSet("UnionWith", CallKind.Write, s => Done(() => s.UnionWith([1]))),
        OfSet("ExceptWith", CallKind.Write, s => Done(() => s.ExceptWith([7]))),
        OfSet("Clear", CallKind.Write, s => s.Clear()),
        OfSet("AddAsync", CallKind.WriteWithConcern, s => s.AddAsync(1, s_written)),
        OfSet("RemoveAsync", CallKind.WriteWithConcern, s => s.RemoveAsync(1, s_written)),
        OfSet("ContainsAsync", CallKind.ReadWithConcern, s => s.ContainsAsync(1, s_read)),
        OfSet("WatchAsync(CancellationToken)", CallKind.Watch, s => s.WatchAsync()),
        OfSet("WatchAsync(WatchStart, CancellationToken)", CallKind.Watch, s => s.WatchAsync(WatchStart.Changes)),
    ];

    private static IEnumerable<Call> Flag() =>
    [
        new("IFlag.IsEnabled", CallKind.Read, r => r.GetFlag("flag").IsEnabled),
        new("IFlag.Enable", CallKind.Write, r => r.GetFlag("flag").Enable()),
        new("IFlag.Disable", CallKind.Write, r => r.GetFlag("flag").Disable()),
        new("IFlag.SetAsync", CallKind.WriteWithConcern, r => r.GetFlag("flag").SetAsync(true, s_written)),
        new("IFlag.GetAsync", CallKind.ReadWithConcern, r => r.GetFlag("flag").GetAsync(s_read)),
        new("IFlag.WatchAsync(CancellationToken)", CallKind.Watch, r => r.GetFlag("flag").WatchAsync()),
        new("IFlag.WatchAsync(WatchStart, CancellationToken)", CallKind.Watch, r => r.GetFlag("flag").WatchAsync(WatchStart.Changes)),
    ];

    private static IEnumerable<Call> Presence() =>
    [
        new("IPresence.Values", CallKind.Read, r => r.GetPresence<int>("presence").Values),
        new("IPresence.Set", CallKind.Write, r => Done(() => r.GetPresence<int>("presence").Set(1))),
        new("IPresence.Clear", CallKind.Write, r => r.GetPresence<int>("presence").Clear()),
        new("IPresence.WatchAsync(CancellationToken)", CallKind.Watch, r => r.GetPresence<int>("presence").WatchAsync()),
        new("IPresence.WatchAsync(WatchStart, CancellationToken)", CallKind.Watch, r => r.GetPresence<int>("presence").WatchAsync(WatchStart.Changes)),
    ];

    private static Call Of(string member, CallKind kind, Func<ICounter, object?> make) => new(member, kind, r => make(r.GetCounter("counter")));

    private static Call OfBounded(string member, CallKind kind, Func<IBoundedCounter, object?> make) =>
        new($"IBoundedCounter.{member}", kind, r => make(r.GetBoundedCounter("bounded")));

    private static Call OfPool(string member, CallKind kind, Func<IPool<string>, object?> make) => new($"IPool.{member}", kind, r => make(r.GetPool<string>("pool")));

    private static Call OfMap(string member, CallKind kind, Func<IReplicatedMap<string, int>, object?> make) =>
        new($"IReplicatedMap.{member}", kind, r => make(r.GetMap<string, int>("map")));

    private static Call OfSet(string member, CallKind kind, Func<IReplicatedSet<int>, object?> make) => new($"IReplicatedSet.{member}", kind, r => make(r.GetSet<int>("set")));

    private static object? Done(Action call)
    {
        call();
        return null;
    }
}
