using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Hostile;

/// <summary>A peer that makes up replicas without end.</summary>
public sealed class OriginFloodTests
{
    [Fact]
    public void Made_up_origins_are_taken_up_to_the_limit_and_then_end_the_link()
    {
        var victim = new Victim(opens: true);
        var made = new OriginTable(new ReplicaId(0xBAD));
        var next = (UInt128)1 << 100;
        while (victim.Closed == 0)
        {
            var vector = new VersionVector();
            for (var i = 0; i < 1000; i++) vector[made.IndexOf(new ReplicaId(next++))] = 1;
            victim.EnsureLink();
            var frame = new FrameBuffer();
            MessageWriter.WriteStatus(frame, vector, new VersionVector(), made, OriginRange.All, StatusFlags.None);
            victim.Receive(frame.Written);
            Assert.InRange(victim.Core.Store.Origins.Count, 1, OriginTable.MaxCount);
            made = new OriginTable(new ReplicaId(0xBAD));
        }

        Assert.InRange(victim.Core.Store.Origins.Count, OriginTable.MaxCount - 2000, OriginTable.MaxCount);
        Assert.True(victim.HonestLinkIsOpen);
    }

    [Fact]
    public void A_row_that_claims_changes_of_ours_that_were_never_made_counts_for_nothing_and_not_against_who_passes_it_on()
    {
        var victim = new Victim(opens: true);
        victim.EnsureLink();
        var vector = new VersionVector();
        vector[0] = 1_000_000;
        var frame = new FrameBuffer();
        MessageWriter.WriteRow(frame, victim.Honest.Self, vector, new OriginTable(victim.Core.Self), OriginRange.All);
        victim.Receive(frame.Written);
        Assert.Equal(0, victim.Closed);
        Assert.Equal(1, victim.Core.Holding(1_000_000));
    }
}
