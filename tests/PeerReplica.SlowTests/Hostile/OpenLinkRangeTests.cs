namespace PeerReplica.SlowTests.Hostile;

/// <summary>More rounds of what HostileFrameTests does with a few.</summary>
[Collection(MemoryCollection.Name)]
public sealed class OpenLinkRangeTests
{
    [Fact]
    public void Half_a_million_hostile_frames_on_open_links_neither_fault_the_core_nor_break_the_store() => OpenLinkRounds.Run(50);
}
