using PeerReplica.Causality;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>What becomes of a peer that sends what cannot be valid, and of the others.</summary>
public sealed class QuarantineTests
{
    private static readonly byte[] s_garbage = [0xC1, 0xC1];
    private static readonly Instant s_start = new(TimeSpan.TicksPerDay);

    /// <summary>Frames that only a faulty or lying peer sends, whatever others told it.</summary>
    public static TheoryData<string> Offences =>
        ["no message", "heartbeat", "floor", "acknowledgment", "transfer", "removed account", "hello"];

    [Theory]
    [MemberData(nameof(Offences))]
    public void A_peer_that_sends_what_cannot_be_valid_is_kept_out_for_5_s_and_returns(string offence)
    {
        var mesh = new CoreMesh(3);
        Assert.True(mesh.IsLinked(0, 1) && mesh.IsLinked(0, 2) && mesh.IsLinked(1, 2));
        mesh.Send(2, 0, Frame(mesh, offence));
        Assert.Equal((0, 2, LinkVerdict.Malformed), mesh.Closed.Select(c => (c.By, c.Peer, c.Verdict)).First());
        Assert.Contains((0, CoreOutputKind.Quarantined, CoreMesh.IdentityOf(2)), mesh.Reports);

        mesh.Run(TimeSpan.FromSeconds(4.9));
        Assert.False(mesh.IsLinked(0, 2));
        Assert.DoesNotContain(mesh.Dials, d => d.From == 0 && d.To == 2);
        var later = mesh.Closed.Skip(1).Where(c => c.By == 0);
        Assert.All(later, c => Assert.Equal((2, LinkVerdict.Quarantined), (c.Peer, c.Verdict)));
        Assert.True(mesh.IsLinked(0, 1) && mesh.IsLinked(1, 2));

        // What the others pass on arrives all the same.
        mesh.Write(2, 1, 7);
        mesh.Run(TimeSpan.FromSeconds(0.05));
        Assert.True(mesh.Holds(0, 1));
        mesh.Run(TimeSpan.FromSeconds(6));
        Assert.True(mesh.IsLinked(0, 2));
        Assert.Equal(1, mesh[0].Counters.Quarantined);
    }

    [Fact]
    public void The_hello_of_a_peer_in_quarantine_is_refused_and_does_not_prolong_it()
    {
        var mesh = new CoreMesh(2);
        mesh.Send(1, 0, s_garbage);
        mesh.Closed.Clear();
        for (var i = 0; i < 40; i++)
        {
            mesh.Run(TimeSpan.FromSeconds(0.1));
            mesh.SendFirst(1, 0, mesh.Hello(1));
            Assert.Equal(LinkVerdict.Quarantined, mesh.Closed[^1].Verdict);
        }

        mesh.Run(TimeSpan.FromSeconds(6));
        Assert.True(mesh.IsLinked(0, 1));
        Assert.Equal(1, mesh[0].Counters.Quarantined);
    }

    [Fact]
    public void A_peer_that_is_kept_out_hears_why_and_waits()
    {
        var mesh = new CoreMesh(2);
        mesh.Send(1, 0, s_garbage);
        mesh.Dials.Clear();
        mesh.Run(TimeSpan.FromSeconds(4.9));
        mesh.SendFirst(1, 0, mesh.Hello(1));
        Assert.InRange(mesh.Dials.Count(d => d.From == 1), 0, 3);
    }

    [Fact]
    public void Every_link_of_the_identity_ends_and_none_of_another()
    {
        var mesh = new CoreMesh(3);
        mesh.SendFirst(2, 0, s_garbage);
        Assert.Null(mesh.LinkOf(0, 2));
        Assert.Contains(mesh.Closed, c => c.By == 0 && c.Peer == 2 && c.Verdict == LinkVerdict.Quarantined);
        Assert.DoesNotContain(mesh.Closed, c => c.Peer != 2);
        for (var i = 0; i < 50; i++) mesh.SendFirst(2, 0, s_garbage);
        mesh.Run(TimeSpan.FromSeconds(30));
        Assert.True(mesh.IsLinked(0, 1) && mesh.IsLinked(1, 2));
        Assert.DoesNotContain(mesh.Closed, c => c.By == 0 && c.Peer == 1);
    }

    [Fact]
    public void A_later_run_of_the_identity_is_kept_out_too_and_not_dialed()
    {
        var mesh = new CoreMesh(3);
        for (var i = 0; i < 4; i++) mesh.SendFirst(2, 0, s_garbage);
        mesh.Restart(2);
        mesh.Run(TimeSpan.FromSeconds(30));
        Assert.False(mesh.IsLinked(0, 2));
        Assert.InRange(mesh.Dials.Count(d => d.From == 0 && d.To == 2), 0, 1);
        mesh.Run(TimeSpan.FromSeconds(20));
        Assert.True(mesh.IsLinked(0, 2));
    }

    [Fact]
    public void Without_identities_the_replica_id_and_its_host_are_kept_out_and_no_other_host()
    {
        var mesh = new CoreMesh(2, hasIdentities: false);
        mesh.Send(1, 0, s_garbage);
        mesh.SendFirst(1, 0, mesh.Hello(1));
        Assert.Equal(LinkVerdict.Quarantined, mesh.Closed[^1].Verdict);

        // Somebody elsewhere who takes its id is not it.
        var other = new CoreMesh(2, hasIdentities: false);
        other.Cut(0, 1);
        other.SendFirst(1, 0, other.Hello(1), address: "10.6.6.6:4711");
        other.Send(1, 0, s_garbage);
        Assert.Equal(1, other[0].Counters.Quarantined);
        other.Restore(0, 1);
        other.Run(TimeSpan.FromSeconds(3));
        Assert.True(other.IsLinked(0, 1));
    }

    [Fact]
    public void A_stranger_that_says_no_hello_has_no_identity_and_only_loses_its_connection()
    {
        var mesh = new CoreMesh(2, hasIdentities: false);
        mesh.SendFirst(1, 0, s_garbage);
        Assert.Equal(LinkVerdict.Malformed, Assert.Single(mesh.Closed).Verdict);
        Assert.Equal(0, mesh[0].Counters.Quarantined);
        Assert.True(mesh.IsLinked(0, 1));
    }

    [Fact]
    public void A_difference_in_configuration_is_no_offence()
    {
        var mesh = new CoreMesh(2);
        mesh.Cut(0, 1);
        var hello = new Hello(1, 2, "c", new ReplicaId(2), "n1", "10.0.0.1:1", new byte[16], false);
        mesh.SendFirst(1, 0, Written(f => MessageWriter.Write(f, hello with { Cluster = "another" })));
        mesh.SendFirst(1, 0, Written(f => MessageWriter.Write(f, hello with { MinVersion = 90, MaxVersion = 91 })));
        mesh.SendFirst(1, 0, Written(f => MessageWriter.Write(f, hello with { HasSecret = true })));
        LinkVerdict[] expected = [LinkVerdict.OtherCluster, LinkVerdict.VersionMismatch, LinkVerdict.NotAuthenticated];
        Assert.Equal(expected, mesh.Closed.Select(c => c.Verdict));
        Assert.Equal(0, mesh[0].Counters.Quarantined);
        mesh.Restore(0, 1);
        mesh.Run(TimeSpan.FromSeconds(6));
        Assert.True(mesh.IsLinked(0, 1));
    }

    [Fact]
    public void What_an_honest_peer_may_have_passed_on_keeps_it_out_for_5_s_however_often()
    {
        var mesh = new CoreMesh(2);
        for (var i = 0; i < 10; i++)
        {
            // That core 0 has made a million changes is what somebody may have told core 1.
            mesh.Send(1, 0, Status(mesh[0].Self, 1_000_000, 0));
            Assert.False(mesh.IsLinked(0, 1));
            mesh.Run(TimeSpan.FromSeconds(11));
            Assert.True(mesh.IsLinked(0, 1));
        }

        Assert.Equal(10, mesh[0].Counters.Quarantined);
    }

    [Fact]
    public void Each_further_offence_doubles_the_time_up_to_10_minutes_and_an_hour_without_one_forgets_them()
    {
        var quarantine = new Quarantine(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10));
        var now = s_start;
        foreach (var expected in new[] { 5, 10, 20, 40, 80, 160, 320, 600, 600, 600 })
        {
            Assert.Equal(TimeSpan.FromSeconds(expected), quarantine.Add("a", counts: true, now).Until - now);
            now += TimeSpan.FromSeconds(expected);
            Assert.True(quarantine.Until("a") <= now);
        }

        now += TimeSpan.FromMinutes(59);
        Assert.Equal(TimeSpan.FromMinutes(10), quarantine.Add("a", counts: true, now).Length);
        now += TimeSpan.FromMinutes(71);
        Assert.Equal(TimeSpan.FromSeconds(5), quarantine.Add("a", counts: true, now).Length);
    }

    [Fact]
    public void A_thousand_identities_take_the_room_of_256_and_each_end_is_noted_once()
    {
        var quarantine = new Quarantine(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10));
        for (var i = 0; i < 3; i++) quarantine.Add("worst", counts: true, s_start);
        for (var i = 0; i < 1000; i++) quarantine.Add($"{i}", counts: true, new Instant(s_start.Ticks + i));
        Assert.Equal(Quarantine.Capacity, quarantine.Count);
        Assert.Equal(s_start + TimeSpan.FromSeconds(20), quarantine.Until("worst"));
        var ended = new List<string>();
        while (quarantine.TryTakeOver(s_start + TimeSpan.FromHours(2), out var peer)) ended.Add(peer.Key);
        Assert.Equal(Quarantine.Capacity, ended.Distinct().Count());
        Assert.Equal(Quarantine.Capacity, ended.Count);
        Assert.Equal(Instant.Never, quarantine.Next);

        // What is long past gives way first.
        quarantine.Add("new", counts: true, s_start + TimeSpan.FromHours(2));
        Assert.Equal(1, quarantine.Count);
    }

    private static byte[] Frame(CoreMesh mesh, string offence) => offence switch
    {
        "no message" => s_garbage,
        "heartbeat" => [.. Written(f => MessageWriter.Write(f, new Heartbeat(1, 2, 3, 4, default)))[..^1]],
        "floor" => Status(mesh[1].Self, 0, 1_000_000),
        "acknowledgment" => Written(f =>
            MessageWriter.WriteAcknowledge(f, 1_000_000, new VersionVector(), mesh[2].Store.Origins, OriginRange.All)),
        "transfer" => Data(mesh, [0xC1]),
        "removed account" => Data(mesh, Removal(mesh)),
        _ => [.. mesh.Hello(2)[..^1]],
    };

    /// <summary>A transfer in which a counter's record is a removal, which no replica accepts or passes on.</summary>
    private static byte[] Removal(CoreMesh mesh)
    {
        var origin = mesh[2].Self;
        var at = mesh[2].Store.Vector[OriginTable.Self];
        return Written(f =>
        {
            f.WriteArrayHeader(0);
            f.WriteReplicaId(origin);
            f.WriteUInt(at);
            f.WriteUInt(1);
            f.WriteUInt((ulong)(RecordFlags.Removal | RecordFlags.NextSequence));
            f.WriteArrayHeader(3);
            f.WriteText("sold");
            f.WriteUInt(1);
            f.WriteText("");
            f.WriteInt(1);
            f.WriteNil();
            f.WriteNil();
        });
    }

    private static byte[] Data(CoreMesh mesh, byte[] body) => Written(f => MessageWriter.WriteData(
        f, new DataHeader(mesh.LinkOf(0, 2)!.LastDataNumber + 1, DataFlags.First | DataFlags.Last | DataFlags.Fresh), body));

    private static byte[] Status(ReplicaId of, ulong contained, ulong floor)
    {
        var origins = new OriginTable(new ReplicaId(0xBAD));
        var (vector, collected) = (new VersionVector(), new VersionVector());
        vector[origins.IndexOf(of)] = contained;
        collected[origins.IndexOf(of)] = floor;
        return Written(f => MessageWriter.WriteStatus(f, vector, collected, origins, OriginRange.All, StatusFlags.None));
    }

    private static byte[] Written(Action<FrameBuffer> write)
    {
        var frame = new FrameBuffer();
        write(frame);
        return frame.Written.ToArray();
    }
}
