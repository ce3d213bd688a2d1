namespace PeerReplica.Tests.Hostile;

/// <summary>Tests that measure the process's memory: nothing runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryCollection
{
    public const string Name = "Memory";
}
