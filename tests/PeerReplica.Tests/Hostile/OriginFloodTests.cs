using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Hostile;

/// <summary>A peer that makes up replicas without end.</summary>
public sealed class OriginFloodTests
{
    private static readonly Instant s_now = new(TimeSpan.TicksPerDay);
    private UInt128 _next = (UInt128)1 << 100;

    [Fact]
    public void Made_up_origins_are_taken_up_to_the_quota_and_the_link_stays()
    {
        var victim = new Victim(opens: true);
        victim.EnsureLink();
        for (var i = 0; i < 100; i++) ClaimToContain(victim, 1_000);
        Assert.InRange(victim.Core.Store.Origins.Count, OriginQuota.Burst, OriginQuota.Burst + 100);
        Assert.Equal(0, victim.Closed);
        Assert.Contains("makes up replicas", Assert.Single(victim.Limits), StringComparison.Ordinal);
    }

    [Fact]
    public void A_peer_that_goes_on_for_days_does_not_fill_the_table_and_others_get_in()
    {
        var victim = new Victim(opens: true);
        victim.EnsureLink();
        for (var i = 0; i < 7; i++)
        {
            ClaimToContain(victim, 10_000);
            victim.Advance(TimeSpan.FromMinutes(17));
        }

        Assert.InRange(victim.Core.Store.Origins.Count, OriginQuota.InAll, OriginQuota.InAll + 100);
        Assert.True(victim.HonestLinkIsOpen);
        victim.WriteOnHonest("still here");
        victim.Advance(TimeSpan.FromSeconds(5));
        Assert.True(victim.HasAllOfHonest);
    }

    [Fact]
    public void Changes_of_made_up_replicas_beyond_the_quota_are_held_back_and_taken_later_while_the_others_are_applied()
    {
        const int MadeUp = OriginQuota.Burst + 100;
        var victim = new Victim(opens: true);
        victim.EnsureLink();
        var (first, known) = (_next, new ReplicaId(0xBAD));
        Send(victim, first, MadeUp, known, sequence: 1);
        Assert.Equal((1UL, 0), (victim.Contained(known), victim.Closed));
        Assert.Equal(1UL, victim.Contained(new ReplicaId(first)));
        Assert.Equal(0UL, victim.Contained(new ReplicaId(first + (MadeUp - 1))));
        Assert.InRange(victim.Core.Store.Origins.Count, OriginQuota.Burst, OriginQuota.Burst + 100);

        // The victim asks again, and by then there is room.
        victim.Advance(TimeSpan.FromMinutes(2));
        Assert.True(victim.Restarts > 0);
        Send(victim, first, MadeUp, known, sequence: 2);
        Assert.Equal((2UL, 0), (victim.Contained(known), victim.Closed));
        Assert.Equal(1UL, victim.Contained(new ReplicaId(first + (MadeUp - 1))));
    }

    [Fact]
    public void A_record_that_names_replicas_beyond_the_quota_is_held_back_with_its_origin()
    {
        var victim = new Victim(opens: true);
        victim.EnsureLink();
        ClaimToContain(victim, 10_000);
        var known = new ReplicaId(0xBAD);
        Send(victim, _next, 0, known, sequence: 1, observes: new ReplicaId(_next + 77));
        Assert.Equal((0UL, 0), (victim.Contained(known), victim.Closed));
        Assert.False(victim.Core.Store.Origins.TryGetIndex(new ReplicaId(_next + 77), out _));
    }

    [Fact]
    public void Until_it_is_synchronized_a_replica_takes_the_origins_of_the_whole_cluster_and_leaves_a_reserve()
    {
        var core = NewCore(seed: "10.0.0.9:1");
        Connect(core, 1, new ReplicaId(0xBAD));
        for (var i = 0; i < 100; i++) core.FrameReceived(1, Reservation(1_000), s_now);
        Assert.False(core.IsSynced);
        Assert.Equal(OriginTable.MaxFromOthers, core.Store.Origins.Count);
        Assert.DoesNotContain(core.Outputs.Items, o => o.Kind == CoreOutputKind.Close);
        Connect(core, 2, new ReplicaId(0xBEEF), "key:other");
        Assert.True(core.Links.Single(l => l.Id == 2).IsOpen);
    }

    [Fact]
    public void An_identity_that_connects_under_ever_new_ids_is_refused_beyond_the_quota_and_another_is_not()
    {
        var core = NewCore(seed: null);
        Assert.True(core.IsSynced);
        var link = 0L;
        for (; link < OriginQuota.Burst; link++)
        {
            Connect(core, link + 1, new ReplicaId(_next++));
            Assert.True(core.Links.Single(l => l.Id == link + 1).IsOpen);
            core.LinkClosed(link + 1, s_now);
            core.Outputs.Clear();
        }

        Connect(core, ++link, new ReplicaId(_next));
        Assert.Equal(LinkVerdict.OverQuota, Assert.Single(core.Outputs.Items, o => o.Kind == CoreOutputKind.Close).Verdict);
        Assert.Null(core.Quarantine.Find("key:hostile"));
        Connect(core, ++link, new ReplicaId(0xBEEF), "key:other");
        Assert.True(core.Links.Single(l => l.Id == link).IsOpen);
    }

    private static ReplicaCore NewCore(string? seed)
    {
        var options = new CoreOptions { ClusterName = "c", NodeName = "victim", Address = "10.0.0.1:1", Seeds = seed is null ? [] : [seed] };
        var core = new ReplicaCore(options, new ReplicaId(0x600D), seed: 1);
        core.Start(s_now);
        core.Pump(s_now);
        return core;
    }

    private static void Connect(ReplicaCore core, long link, ReplicaId id, string identity = "key:hostile")
    {
        core.LinkOpened(link, null, "hostile", new byte[16], s_now, new LinkIdentity(identity, null, false));
        core.FrameReceived(link, Victim.Hello(id, false), s_now);
    }

    private void ClaimToContain(Victim victim, int origins) => victim.Receive(Reservation(origins));

    /// <summary>A status that claims to contain changes of replicas that there are not.</summary>
    private byte[] Reservation(int origins)
    {
        var (made, vector) = (new OriginTable(new ReplicaId(0xBAD)), new VersionVector());
        for (var i = 0; i < origins; i++) vector[made.IndexOf(new ReplicaId(_next++))] = 1;
        var frame = new FrameBuffer();
        MessageWriter.WriteStatus(frame, vector, new VersionVector(), made, OriginRange.All, StatusFlags.None);
        return frame.Written.ToArray();
    }

    /// <summary>A change of each of some replicas, and then one of a replica that the victim knows.</summary>
    private static void Send(Victim victim, UInt128 first, int count, ReplicaId known, ulong sequence, ReplicaId? observes = null)
    {
        var body = new FrameBuffer();
        body.WriteArrayHeader(0);
        for (var i = 0; i < count; i++) Section(body, new ReplicaId(first + (UInt128)i), 1, null);
        Section(body, known, sequence, observes);
        var frame = new FrameBuffer();
        MessageWriter.WriteData(
            frame, new DataHeader(victim.NextDataNumber, DataFlags.First | DataFlags.Last | DataFlags.Fresh), body.Written);
        victim.Receive(frame.Written);
    }

    private static void Section(FrameBuffer body, ReplicaId origin, ulong sequence, ReplicaId? observes)
    {
        body.WriteReplicaId(origin);
        body.WriteUInt(sequence - 1);
        body.WriteUInt(1);
        body.WriteUInt((ulong)(RecordFlags.NextSequence | (observes is null ? RecordFlags.None : RecordFlags.Observed)));
        body.WriteArrayHeader(3);
        body.WriteText("made up");
        body.WriteUInt((ulong)ObjectKind.Map);
        body.WriteText("int");
        body.WriteInt(5);
        body.WriteInt(1);
        body.WriteInt(1);
        if (observes is { } observed)
        {
            body.WriteArrayHeader(2);
            body.WriteReplicaId(observed);
            body.WriteUInt(1);
        }

        body.WriteNil();
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
