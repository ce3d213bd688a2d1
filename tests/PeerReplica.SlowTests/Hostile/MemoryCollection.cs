namespace PeerReplica.SlowTests.Hostile;

/// <summary>Tests that measure the process's memory: nothing runs beside them. xunit looks for it in the tests' own assembly.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryCollection
{
    public const string Name = "Memory";
}
