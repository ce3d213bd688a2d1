namespace PeerReplica;

/// <summary>One change of a map.</summary>
/// <typeparam name="TKey">The key's type.</typeparam>
/// <typeparam name="TValue">The value's type.</typeparam>
/// <param name="Kind">What happened.</param>
/// <param name="Key">The key; <see langword="default"/> for <see cref="MapChangeKind.Reset"/>, and for <see cref="MapChangeKind.Unreadable"/> where the key itself cannot be read.</param>
/// <param name="Value">The new value for <see cref="MapChangeKind.Set"/>, else <see langword="default"/>.</param>
public readonly record struct MapChange<TKey, TValue>(MapChangeKind Kind, TKey? Key, TValue? Value)
    where TKey : notnull;
