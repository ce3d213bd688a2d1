using System.Diagnostics.CodeAnalysis;
using MessagePack;
using Microsoft.Extensions.DependencyInjection;
using PeerReplica.Hosting;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.DependencyInjection;

internal sealed class PeerReplicaBuilder(IServiceCollection services, ObjectRegistry registry) : IPeerReplicaBuilder
{
    public IServiceCollection Services => services;

    public IPeerReplicaBuilder AddCounter(string name)
    {
        registry.AddCounter(name);
        return Keyed(name, (r, n) => r.GetCounter(n));
    }

    public IPeerReplicaBuilder AddBoundedCounter(string name, long capacity, Action<BoundedCounterOptions>? configure)
    {
        var options = new BoundedCounterOptions();
        configure?.Invoke(options);
        registry.AddBoundedCounter(name, capacity, options);
        return Keyed(name, (r, n) => r.GetBoundedCounter(n));
    }

    public IPeerReplicaBuilder AddPool<T>(string name, IEnumerable<T> items)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(items);
        registry.AddPool(name, items);
        return Keyed(name, (r, n) => r.GetPool<T>(n));
    }

    public IPeerReplicaBuilder AddRegister<T>(string name) => AddRegister<T>(name, static _ => { });

    public IPeerReplicaBuilder AddRegister<T>(string name, Action<RegisterOptions<T>> configure)
    {
        registry.AddRegister(name, RuleOf(name, configure));
        return Keyed(name, (r, n) => r.GetRegister<T>(n));
    }

    public IPeerReplicaBuilder AddMultiValueRegister<T>(string name) => AddMultiValueRegister<T>(name, static _ => { });

    public IPeerReplicaBuilder AddMultiValueRegister<T>(string name, Action<RegisterOptions<T>> configure)
    {
        registry.AddMultiValueRegister(name, RuleOf(name, configure));
        return Keyed(name, (r, n) => r.GetMultiValueRegister<T>(n));
    }

    public IPeerReplicaBuilder AddMap<TKey, TValue>(string name)
        where TKey : notnull => AddMap<TKey, TValue>(name, static _ => { });

    public IPeerReplicaBuilder AddMap<TKey, TValue>(string name, TimeSpan? timeToLive)
        where TKey : notnull
    {
        if (!MapOptionsCheck.IsDuration(timeToLive))
            throw new ArgumentOutOfRangeException(nameof(timeToLive), timeToLive, $"The time to live of '{name}' must be positive, or Timeout.InfiniteTimeSpan.");
        return AddMap<TKey, TValue>(name, o => o.TimeToLive = timeToLive);
    }

    public IPeerReplicaBuilder AddMap<TKey, TValue>(string name, Action<MapOptions<TKey, TValue>> configure)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new MapOptions<TKey, TValue>();
        configure(options);
        registry.AddMap(name, options, ChangeRule<TKey, TValue>.Of(name, options.Validate, options.ValidationTimeout));
        return Keyed(name, (r, n) => r.GetMap<TKey, TValue>(n));
    }

    public IPeerReplicaBuilder AddSet<T>(string name)
        where T : notnull => AddSet<T>(name, static _ => { });

    public IPeerReplicaBuilder AddSet<T>(string name, Action<SetOptions<T>> configure)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new SetOptions<T>();
        configure(options);
        Func<ReplicatedChange<T, UnitKey>, ChangeVerdict>? validate =
            options.Validate is { } own ? c => own(new(c.ObjectName, c.Key, c.Origin)) : null;
        registry.AddSet(name, ChangeRule<T, UnitKey>.Of(name, validate, options.ValidationTimeout));
        return Keyed(name, (r, n) => r.GetSet<T>(n));
    }

    public IPeerReplicaBuilder AddFlag(string name)
    {
        registry.AddFlag(name);
        return Keyed(name, (r, n) => r.GetFlag(n));
    }

    public IPeerReplicaBuilder AddPresence<T>(string name) => AddPresence<T>(name, static _ => { });

    public IPeerReplicaBuilder AddPresence<T>(string name, Action<PresenceOptions<T>> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new PresenceOptions<T>();
        configure(options);
        registry.AddPresence(name, ChangeRule<ReplicaId, T>.Of(name, options.Validate, options.ValidationTimeout));
        return Keyed(name, (r, n) => r.GetPresence<T>(n));
    }

    public IPeerReplicaBuilder UseSerializer(IReplicaSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        registry.Serializer = serializer;
        return this;
    }

    public IPeerReplicaBuilder UseSerializer(string name, IReplicaSerializer serializer)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(serializer);
        registry.UseSerializer(name, serializer);
        return this;
    }

    [RequiresDynamicCode(MessagePackReplicaSerializer.GeneratesCode)]
    [RequiresUnreferencedCode(MessagePackReplicaSerializer.GeneratesCode)]
    public IPeerReplicaBuilder UseMessagePack() => UseSerializer(new MessagePackReplicaSerializer());

    public IPeerReplicaBuilder UseMessagePack(MessagePackSerializerOptions options) => UseSerializer(new MessagePackReplicaSerializer(options));

    [RequiresDynamicCode(MessagePackReplicaSerializer.GeneratesCode)]
    [RequiresUnreferencedCode(MessagePackReplicaSerializer.GeneratesCode)]
    public IPeerReplicaBuilder UseMessagePack(string name) => UseSerializer(name, new MessagePackReplicaSerializer());

    public IPeerReplicaBuilder UseMessagePack(string name, MessagePackSerializerOptions options) =>
        UseSerializer(name, new MessagePackReplicaSerializer(options));

    private static ChangeRule<UnitKey, T>? RuleOf<T>(string name, Action<RegisterOptions<T>> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new RegisterOptions<T>();
        configure(options);
        Func<ReplicatedChange<UnitKey, T>, ChangeVerdict>? validate =
            options.Validate is { } own ? c => own(new(c.ObjectName, c.Value, c.Origin)) : null;
        return ChangeRule<UnitKey, T>.Of(name, validate, options.ValidationTimeout);
    }

    private PeerReplicaBuilder Keyed<THandle>(string name, Func<IPeerReplica, string, THandle> find)
        where THandle : class
    {
        services.AddKeyedSingleton(name, (provider, _) => find(provider.GetRequiredService<IPeerReplica>(), name));
        return this;
    }
}
