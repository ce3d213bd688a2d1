namespace PeerReplica;

/// <summary>An object that is registered at this replica.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Type">The interface that it is asked for as, for people: <c>IReplicatedMap&lt;string, int&gt;</c>.</param>
public sealed record ReplicatedObjectInfo(string Name, ReplicatedObjectKind Kind, string Type);
