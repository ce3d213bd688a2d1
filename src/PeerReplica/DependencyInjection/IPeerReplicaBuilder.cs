using System.Diagnostics.CodeAnalysis;
using MessagePack;
using Microsoft.Extensions.DependencyInjection;

namespace PeerReplica.DependencyInjection;

/// <summary>
/// Registers the replicated objects of an app. Each becomes a keyed service under its name, and is reachable through <see cref="IPeerReplica"/>. Names have 1 to
/// 256 characters, compare exactly, and do not begin with <c>$</c>; every instance of the app should register a name with the same type. Registering a
/// name twice is an <see cref="ArgumentException"/>. A type that cannot be replicated faithfully is refused with an <see cref="ArgumentException"/>, here or when the
/// replica is created at the host's start, or with a <see cref="ReplicaSerializationException"/> when such a value is first written.
/// </summary>
public interface IPeerReplicaBuilder
{
    /// <summary>The services being configured.</summary>
    IServiceCollection Services { get; }

    /// <summary>Registers an <see cref="ICounter"/>.</summary>
    /// <param name="name">Its name.</param>
    IPeerReplicaBuilder AddCounter(string name);

    /// <summary>Registers an <see cref="IBoundedCounter"/>: a counter that is never oversold.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="capacity">The value it begins with. It is granted once, by whoever forms the cluster; see <see cref="PeerReplicaOptions.ExpectedReplicas"/>.</param>
    /// <param name="configure">Sets bounds other than 0, and what a crash may cost.</param>
    IPeerReplicaBuilder AddBoundedCounter(string name, long capacity, Action<BoundedCounterOptions>? configure = null);

    /// <summary>Registers an <see cref="IPool{T}"/>: distinct items of which each is taken by one at most.</summary>
    /// <typeparam name="T">The items' type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="items">The items, each once; the same at every instance. Like a bounded counter's capacity they are granted once.</param>
    IPeerReplicaBuilder AddPool<T>(string name, IEnumerable<T> items)
        where T : notnull;

    /// <summary>Registers an <see cref="IRegister{T}"/>.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="name">Its name.</param>
    IPeerReplicaBuilder AddRegister<T>(string name);

    /// <summary>Registers an <see cref="IRegister{T}"/> that accepts only some values.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="configure">Sets <see cref="RegisterOptions{T}.Validate"/>; the same at every instance.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time that validation may take is out of its range.</exception>
    IPeerReplicaBuilder AddRegister<T>(string name, Action<RegisterOptions<T>> configure);

    /// <summary>Registers an <see cref="IMultiValueRegister{T}"/>.</summary>
    /// <typeparam name="T">The values' type.</typeparam>
    /// <param name="name">Its name.</param>
    IPeerReplicaBuilder AddMultiValueRegister<T>(string name);

    /// <summary>Registers an <see cref="IMultiValueRegister{T}"/> that accepts only some values.</summary>
    /// <typeparam name="T">The values' type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="configure">Sets <see cref="RegisterOptions{T}.Validate"/>; the same at every instance.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time that validation may take is out of its range.</exception>
    IPeerReplicaBuilder AddMultiValueRegister<T>(string name, Action<RegisterOptions<T>> configure);

    /// <summary>Registers an <see cref="IReplicatedMap{TKey, TValue}"/> whose entries live for ever unless a write says otherwise.</summary>
    /// <typeparam name="TKey">The keys' type.</typeparam>
    /// <typeparam name="TValue">The values' type.</typeparam>
    /// <param name="name">Its name.</param>
    IPeerReplicaBuilder AddMap<TKey, TValue>(string name)
        where TKey : notnull;

    /// <summary>Registers an <see cref="IReplicatedMap{TKey, TValue}"/> whose entries live for a time after each write.</summary>
    /// <typeparam name="TKey">The keys' type.</typeparam>
    /// <typeparam name="TValue">The values' type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="timeToLive">How long an entry lives after each write that does not say otherwise; positive, or <see cref="Timeout.InfiniteTimeSpan"/>. <see langword="null"/>: for ever.</param>
    IPeerReplicaBuilder AddMap<TKey, TValue>(string name, TimeSpan? timeToLive)
        where TKey : notnull;

    /// <summary>Registers an <see cref="IReplicatedMap{TKey, TValue}"/> with default expirations, limits, or a validator.</summary>
    /// <typeparam name="TKey">The keys' type.</typeparam>
    /// <typeparam name="TValue">The values' type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="configure">Sets time to live, sliding expiration, limits and eviction, and what is accepted.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or options contradict each other; the message names map, option and value.</exception>
    IPeerReplicaBuilder AddMap<TKey, TValue>(string name, Action<MapOptions<TKey, TValue>> configure)
        where TKey : notnull;

    /// <summary>Registers an <see cref="IReplicatedSet{T}"/>.</summary>
    /// <typeparam name="T">The elements' type.</typeparam>
    /// <param name="name">Its name.</param>
    IPeerReplicaBuilder AddSet<T>(string name)
        where T : notnull;

    /// <summary>Registers an <see cref="IReplicatedSet{T}"/> that accepts only some values.</summary>
    /// <typeparam name="T">The elements' type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="configure">Sets <see cref="SetOptions{T}.Validate"/>; the same at every instance.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time that validation may take is out of its range.</exception>
    IPeerReplicaBuilder AddSet<T>(string name, Action<SetOptions<T>> configure)
        where T : notnull;

    /// <summary>Registers an <see cref="IFlag"/>.</summary>
    /// <param name="name">Its name.</param>
    IPeerReplicaBuilder AddFlag(string name);

    /// <summary>Registers an <see cref="IPresence{T}"/>.</summary>
    /// <typeparam name="T">The values' type.</typeparam>
    /// <param name="name">Its name.</param>
    IPeerReplicaBuilder AddPresence<T>(string name);

    /// <summary>Registers an <see cref="IPresence{T}"/> that accepts only some values.</summary>
    /// <typeparam name="T">The values' type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="configure">Sets <see cref="PresenceOptions{T}.Validate"/>; the same at every instance.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time that validation may take is out of its range.</exception>
    IPeerReplicaBuilder AddPresence<T>(string name, Action<PresenceOptions<T>> configure);

    /// <summary>
    /// Sets what turns keys and values that are not of a native type into bytes. Default: <see cref="SystemTextJsonReplicaSerializer"/> with the framework's
    /// options and public fields.
    /// </summary>
    /// <param name="serializer">The serializer, for all objects.</param>
    IPeerReplicaBuilder UseSerializer(IReplicaSerializer serializer);

    /// <summary>Sets the serializer of one object, instead of the one for all objects.</summary>
    /// <param name="name">The object's name. A name that is not registered is an <see cref="ArgumentException"/> at the host's start.</param>
    /// <param name="serializer">The serializer of its keys and values; the same at every instance.</param>
    IPeerReplicaBuilder UseSerializer(string name, IReplicaSerializer serializer);

    /// <summary>
    /// Writes keys and values that are not of a native type with MessagePack: types with the package's attributes (<c>[MessagePackObject]</c>,
    /// <c>[Key]</c>, <c>[Union]</c>), and the framework's own. Set it at every instance at once: MessagePack does not read JSON.
    /// </summary>
    [RequiresDynamicCode(MessagePackReplicaSerializer.GeneratesCode)]
    [RequiresUnreferencedCode(MessagePackReplicaSerializer.GeneratesCode)]
    IPeerReplicaBuilder UseMessagePack();

    /// <summary>Writes keys and values that are not of a native type with MessagePack and the given options.</summary>
    /// <param name="options">Resolver, compression and limits: see <see cref="MessagePackReplicaSerializer(MessagePackSerializerOptions)"/>.</param>
    /// <exception cref="ArgumentException">The resolver is typeless.</exception>
    IPeerReplicaBuilder UseMessagePack(MessagePackSerializerOptions options);

    /// <summary>Writes keys and values of one object with MessagePack, as <see cref="UseMessagePack()"/> does for all.</summary>
    /// <param name="name">The object's name. A name that is not registered is an <see cref="ArgumentException"/> at the host's start.</param>
    [RequiresDynamicCode(MessagePackReplicaSerializer.GeneratesCode)]
    [RequiresUnreferencedCode(MessagePackReplicaSerializer.GeneratesCode)]
    IPeerReplicaBuilder UseMessagePack(string name);

    /// <summary>Writes keys and values of one object with MessagePack and the given options.</summary>
    /// <param name="name">The object's name. A name that is not registered is an <see cref="ArgumentException"/> at the host's start.</param>
    /// <param name="options">Resolver, compression and limits: see <see cref="MessagePackReplicaSerializer(MessagePackSerializerOptions)"/>.</param>
    /// <exception cref="ArgumentException">The resolver is typeless.</exception>
    IPeerReplicaBuilder UseMessagePack(string name, MessagePackSerializerOptions options);
}
