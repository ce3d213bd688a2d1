using System.Diagnostics;
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
    private const int FramesPerRound = 10_000;

    // What the frames of one round can leave in a core is some MB; what is left after the last round, with its core gone, is none of it.
    private const long MemoryBound = 32L << 20;

    private static readonly byte[][] s_good = [.. GoldenFrames.All.Select(f => f.Encode()), Victim.Hello(new(5), true), Victim.Hello(new(6), false)];

    [Fact]
    public void A_million_frames_are_decoded_without_exception_or_allocation_beyond_their_size()
    {
        var mutator = new FrameMutator(new Random(Seed), s_good);
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
                throw Failure(Seed, i, frame, e);
            }
        }

        // Else the mutations are so coarse that nothing past the first byte is tested.
        Assert.InRange(accepted, Rounds * FramesPerRound / 50, 2 * Rounds * FramesPerRound);
    }

    [Fact]
    public void Frames_of_somebody_without_the_secret_change_nothing()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var victim = new Victim("the secret"u8.ToArray());
        var store = victim.Core.Store;
        var origins = store.Origins.Count;
        var digest = (ContentHash.OfVector(store.Vector, store.Origins), store.Hash);
        var mutator = new FrameMutator(new Random(Seed + 1), s_good);
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
                throw Failure(Seed + 1, i, frame, e);
            }
        }

        Assert.True(victim.HonestLinkIsOpen);
        Assert.InRange(victim.Closed, 1000, Rounds * FramesPerRound);
        StoreAudit.Check(store);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MemoryBound);
        GC.KeepAlive(victim);
    }

    [Fact]
    public void Hostile_frames_on_an_open_link_neither_fault_the_core_nor_break_the_store()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;
        for (var round = 0; round < Rounds; round++)
        {
            var seed = Seed + 2 + round;
            most = Math.Max(most, RunOpenRound(seed) - before);
        }

        Assert.InRange(most, long.MinValue, MemoryBound);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MemoryBound / 4);
    }

    /// <summary>Returns the memory in use at the end.</summary>
    private static long RunOpenRound(int seed)
    {
        var random = new Random(seed);
        var victim = new Victim(default);
        var store = victim.Core.Store;
        var mutator = new FrameMutator(random, s_good);
        var forger = new TransferForger(random, victim.Core.Self);
        var bytes = 0L;
        for (var i = 0; i < FramesPerRound; i++)
        {
            victim.EnsureLink();
            var frame = random.Next(3) == 0 ? forger.Next(victim.NextDataNumber) : mutator.Next();
            bytes += frame.Length;
            try
            {
                victim.Receive(frame);
            }
            catch (Exception e)
            {
                throw Failure(seed, i, frame, e);
            }

            if (i % 500 != 0) continue;
            StoreAudit.Check(store);

            // The shortest record is flags, stamp and key.
            Assert.InRange(StoreAudit.Records(store).Count(), 0, 2 + (bytes / 3));
        }

        Assert.True(victim.HonestLinkIsOpen);
        Assert.True(victim.Core.Counters.Merged > 0, "no forged transfer got as far as the store: the round tests nothing");
        StoreAudit.Check(store);
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(victim);
        return memory;
    }

    private static bool Decode(ReadOnlySpan<byte> frame) => GoldenTests.TryRead(frame);

    private static UnreachableException Failure(int seed, int number, ReadOnlySpan<byte> frame, Exception cause) =>
        new($"seed {seed}, frame {number}: {Convert.ToHexString(frame)}: {cause.Message}", cause);
}
