namespace PeerReplica;

/// <summary>One change of a set.</summary>
/// <typeparam name="T">The elements' type.</typeparam>
/// <param name="Kind">What happened.</param>
/// <param name="Item">The element; <see langword="default"/> for <see cref="SetChangeKind.Reset"/> and <see cref="SetChangeKind.Unreadable"/>.</param>
public readonly record struct SetChange<T>(SetChangeKind Kind, T? Item)
    where T : notnull;
