namespace PeerReplica;

/// <summary>One change of a set.</summary>
/// <typeparam name="T">The elements' type.</typeparam>
/// <param name="Kind"><see cref="MapChangeKind.Set"/> for an element that is in the set.</param>
/// <param name="Item">The element; <see langword="default"/> for <see cref="MapChangeKind.Reset"/> and <see cref="MapChangeKind.Unreadable"/>.</param>
public readonly record struct SetChange<T>(MapChangeKind Kind, T? Item)
    where T : notnull;
