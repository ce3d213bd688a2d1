namespace PeerReplica.Hosting.Handles;

/// <summary>A handle that can show its object to tools that do not know its types. Thread-safe, at every stage of the replica's life.</summary>
internal interface IInspectable
{
    ReplicatedObjectKind Kind { get; }

    /// <summary>Counts what the object holds: looks at every entry.</summary>
    ObjectSize Measure();

    /// <summary>The entries that can be read. No entry counts as used.</summary>
    IEnumerable<ObjectEntry> Inspect();
}
