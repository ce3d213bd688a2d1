using PeerReplica.Crdts;
using PeerReplica.Tests.Laws;
using PeerReplica.Tests.Wire;

namespace PeerReplica.Tests.Hostile;

/// <summary>Hostile bytes by the hundred thousand, against the decoder and against the core. A failure names its seed and frame.</summary>
[Collection(MemoryCollection.Name)]
public sealed class HostileFrameTests
{
    private const int Seed = 20_240_117;
    private const int Rounds = 50;
    private const int FramesPerRound = OpenLinkRounds.FramesPerRound;

    [Fact]
    public void A_million_frames_are_decoded_without_exception_or_allocation_beyond_their_size()
    {
        var mutator = new FrameMutator(new Random(Seed), OpenLinkRounds.Good);
        var accepted = 0;
        for (var i = 0; i < 2 * Rounds * FramesPerRound; i++)
        {
            var frame = mutator.Next();
            try
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                if (Decode(frame)) accepted++;
                var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

                // Pairs of a vector are 32 bytes for 19 on the wire; names are two bytes a character, and their objects have heads.
                Assert.True(allocated <= 512 + (4 * frame.Length), $"{allocated} bytes allocated for {frame.Length}");
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw OpenLinkRounds.Failure(Seed, i, frame, e);
            }
        }

        // Else the mutations are so coarse that nothing past the first byte is tested.
        Assert.InRange(accepted, Rounds * FramesPerRound / 50, 2 * Rounds * FramesPerRound);
    }

    [Fact]
    public void Frames_of_somebody_without_the_secret_change_nothing()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var victim = new Victim(opens: false);
        var store = victim.Core.Store;
        var origins = store.Origins.Count;
        var digest = (ContentHash.OfVector(store.Vector, store.Origins), store.Hash);
        var mutator = new FrameMutator(new Random(Seed + 1), OpenLinkRounds.Good);
        for (var i = 0; i < Rounds * FramesPerRound; i++)
        {
            victim.EnsureLink();
            var frame = mutator.Next();
            try
            {
                victim.Receive(frame);
                Assert.Equal(digest, (ContentHash.OfVector(store.Vector, store.Origins), store.Hash));
                Assert.Equal(origins, store.Origins.Count);
            }
            catch (Exception e)
            {
                throw OpenLinkRounds.Failure(Seed + 1, i, frame, e);
            }
        }

        Assert.True(victim.HonestLinkIsOpen);
        Assert.InRange(victim.Closed, 1000, Rounds * FramesPerRound);
        StoreAudit.Check(store);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, OpenLinkRounds.MemoryBound);
        GC.KeepAlive(victim);
    }

    /// <summary>Fifty rounds are run by OpenLinkRangeTests of the slow tests.</summary>
    [Fact]
    public void Hostile_frames_on_an_open_link_neither_fault_the_core_nor_break_the_store() => OpenLinkRounds.Run(5);

    private static bool Decode(ReadOnlySpan<byte> frame) => GoldenTests.TryRead(frame);
}
