using System.Diagnostics.CodeAnalysis;
using MessagePack;
using Microsoft.Extensions.DependencyInjection;
using PeerReplica.Hosting;

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

    public IPeerReplicaBuilder AddRegister<T>(string name)
    {
        registry.AddRegister<T>(name);
        return Keyed(name, (r, n) => r.GetRegister<T>(n));
    }

    public IPeerReplicaBuilder AddMultiValueRegister<T>(string name)
    {
        registry.AddMultiValueRegister<T>(name);
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

    public IPeerReplicaBuilder AddMap<TKey, TValue>(string name, Action<MapOptions> configure)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new MapOptions();
        configure(options);
        registry.AddMap<TKey, TValue>(name, options);
        return Keyed(name, (r, n) => r.GetMap<TKey, TValue>(n));
    }

    public IPeerReplicaBuilder AddSet<T>(string name)
        where T : notnull
    {
        registry.AddSet<T>(name);
        return Keyed(name, (r, n) => r.GetSet<T>(n));
    }

    public IPeerReplicaBuilder AddFlag(string name)
    {
        registry.AddFlag(name);
        return Keyed(name, (r, n) => r.GetFlag(n));
    }

    public IPeerReplicaBuilder AddPresence<T>(string name)
    {
        registry.AddPresence<T>(name);
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

    private PeerReplicaBuilder Keyed<THandle>(string name, Func<IPeerReplica, string, THandle> find)
        where THandle : class
    {
        services.AddKeyedSingleton(name, (provider, _) => find(provider.GetRequiredService<IPeerReplica>(), name));
        return this;
    }
}
