using System.Text.Json.Serialization;

namespace PeerReplica;

/// <summary>The types of replicated objects.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReplicatedObjectKind>))]
public enum ReplicatedObjectKind
{
    /// <summary>An <see cref="ICounter"/>.</summary>
    Counter,

    /// <summary>An <see cref="IBoundedCounter"/>.</summary>
    BoundedCounter,

    /// <summary>An <see cref="IPool{T}"/>.</summary>
    Pool,

    /// <summary>An <see cref="IRegister{T}"/>.</summary>
    Register,

    /// <summary>An <see cref="IMultiValueRegister{T}"/>.</summary>
    MultiValueRegister,

    /// <summary>An <see cref="IReplicatedMap{TKey, TValue}"/>.</summary>
    Map,

    /// <summary>An <see cref="IReplicatedSet{T}"/>.</summary>
    Set,

    /// <summary>An <see cref="IFlag"/>.</summary>
    Flag,

    /// <summary>An <see cref="IPresence{T}"/>.</summary>
    Presence,
}
