using System.Diagnostics;
using PeerReplica.Tests.Laws;
using PeerReplica.Tests.Wire;

namespace PeerReplica.Tests.Hostile;

/// <summary>Hostile frames on links that the handshake has opened, each round with a core of its own.</summary>
internal static class OpenLinkRounds
{
    public const int FramesPerRound = 10_000;

    // What the frames of one round can leave in a core is some MB; what is left after the last round, with its core gone, is none of it.
    public const long MemoryBound = 32L << 20;

    private const int FirstSeed = 20_240_119;

    /// <summary>The frames that are mutated.</summary>
    public static byte[][] Good { get; } = [.. GoldenFrames.All.Select(f => f.Encode()), Victim.Hello(new(5), true), Victim.Hello(new(6), false)];

    /// <summary>Asserts that no frame faults a core or breaks its store, and that memory stays bounded.</summary>
    public static void Run(int rounds)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;
        for (var round = 0; round < rounds; round++) most = Math.Max(most, RunRound(FirstSeed + round) - before);
        Assert.InRange(most, long.MinValue, MemoryBound);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MemoryBound / 4);
    }

    /// <summary>Returns the memory in use at the end.</summary>
    private static long RunRound(int seed)
    {
        var random = new Random(seed);
        var victim = new Victim(opens: true);
        var store = victim.Core.Store;
        var mutator = new FrameMutator(random, Good);
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

    public static UnreachableException Failure(int seed, int number, ReadOnlySpan<byte> frame, Exception cause) =>
        new($"seed {seed}, frame {number}: {Convert.ToHexString(frame)}: {cause.Message}", cause);
}
