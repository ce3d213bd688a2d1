using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Hostile;

/// <summary>A peer that claims to have collected tombstones of changes that nobody made.</summary>
public sealed class ForgedFloorTests
{
    private const ulong Forged = 1_000_000;

    public static TheoryData<bool> OfThisReplica => [true, false];

    [Theory]
    [MemberData(nameof(OfThisReplica))]
    public void A_status_with_a_floor_above_its_vector_ends_the_link(bool ofThisReplica)
    {
        var victim = new Victim(opens: true);
        victim.EnsureLink();
        victim.Receive(Status(Id(victim, ofThisReplica)));
        Assert.Equal(1, victim.Closed);
        MustBeUntouched(victim);
    }

    [Theory]
    [MemberData(nameof(OfThisReplica))]
    public void A_full_state_that_was_not_asked_for_does_not_bring_a_floor(bool ofThisReplica)
    {
        var victim = new Victim(opens: true);
        victim.EnsureLink();
        victim.Receive(Data(victim, Id(victim, ofThisReplica), DataFlags.FullState));
        Assert.Equal(0, victim.Closed);
        MustBeUntouched(victim);
    }

    [Theory]
    [MemberData(nameof(OfThisReplica))]
    public void A_floor_that_comes_with_a_change_is_not_taken_over_and_ends_the_link_with_the_full_state_that_it_asks_for(bool ofThisReplica)
    {
        var victim = new Victim(opens: true);
        victim.EnsureLink();
        var id = Id(victim, ofThisReplica);
        victim.Receive(Data(victim, id, DataFlags.None));
        MustBeUntouched(victim);
        victim.Receive(Data(victim, id, DataFlags.FullState));
        Assert.Equal(1, victim.Closed);
        MustBeUntouched(victim);
    }

    private static ReplicaId Id(Victim victim, bool ofThisReplica) => ofThisReplica ? victim.Core.Self : victim.Honest.Self;

    /// <summary>No floor is above what is contained, so the honest peer is asked for nothing.</summary>
    private static void MustBeUntouched(Victim victim)
    {
        Assert.True(victim.HonestLinkIsOpen);
        Assert.True(victim.Core.Store.Vector.Dominates(victim.Core.Store.Floor));
        Assert.All(Enumerable.Range(0, victim.Core.Store.Floor.Length), origin => Assert.InRange(victim.Core.Store.Floor[origin], 0UL, Forged - 1));
    }

    private static byte[] Status(ReplicaId id)
    {
        var origins = new OriginTable(new ReplicaId(0xBAD));
        var floor = new VersionVector();
        floor[origins.IndexOf(id)] = Forged;
        var frame = new FrameBuffer();
        MessageWriter.WriteStatus(frame, new VersionVector(), floor, origins, OriginRange.All, StatusFlags.None);
        return frame.Written.ToArray();
    }

    /// <summary>A transfer without changes.</summary>
    private static byte[] Data(Victim victim, ReplicaId id, DataFlags flags)
    {
        var body = new FrameBuffer();
        body.WriteArrayHeader(2);
        body.WriteReplicaId(id);
        body.WriteUInt(Forged);
        var frame = new FrameBuffer();
        MessageWriter.WriteData(frame, new DataHeader(victim.NextDataNumber, flags | DataFlags.First | DataFlags.Last | DataFlags.Fresh), body.Written);
        return frame.Written.ToArray();
    }
}
