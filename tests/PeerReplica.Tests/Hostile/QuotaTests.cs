using System.Globalization;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Hostile;

/// <summary>A peer that announces members, and makes up objects, without end.</summary>
public sealed class QuotaTests
{
    private const int MaxDials = 16;
    private static readonly ReplicaId s_maker = new(0xF00D);
    private readonly Victim _victim = new(opens: true, o => o with { PeerTimeout = TimeSpan.FromSeconds(5) });

    [Fact]
    public void Made_up_members_are_dialed_16_at_a_time_each_in_its_turn()
    {
        Announce(first: 0, count: 500);
        var most = 0;
        for (var i = 0; i < 200; i++)
        {
            _victim.Advance(TimeSpan.FromSeconds(1));
            most = Math.Max(most, UnderWay());
            _victim.FailDials();
            most = Math.Max(most, UnderWay());
        }

        Assert.Equal(MaxDials, most);
        Assert.Equal(501, _victim.Core.Members.Count());
        Assert.Equal(500, _victim.Dialed.Keys.Count(IsMadeUp));
        Assert.True(_victim.HonestLinkIsOpen);
    }

    [Fact]
    public void Addresses_that_may_not_be_dialed_are_not_and_that_is_said()
    {
        static string? WhyNot(string name, string address) => IsMadeUp(address) ? "not permitted" : null;
        var victim = new Victim(opens: true, o => o with { PeerTimeout = TimeSpan.FromSeconds(5), WhyNotDialed = WhyNot });
        Announce(victim, first: 0, count: 3);
        victim.Advance(TimeSpan.FromSeconds(60));
        Assert.DoesNotContain(victim.Dialed.Keys, IsMadeUp);
        Assert.Equal(3, victim.NotDialed.Count);
        Assert.Contains("10.9.0.0:1 of 'n0'", victim.NotDialed[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Members_beyond_the_limit_are_passed_over_until_there_is_room_and_that_is_said_once()
    {
        for (var i = 0; i < 4; i++) Announce(first: i * 500, count: 500);
        Assert.Equal(ReplicaCore.MaxMembers, _victim.Core.Members.Count());
        Assert.Contains("1,024 members", Assert.Single(_victim.Limits), StringComparison.Ordinal);
        Assert.True(_victim.HonestLinkIsOpen);
        Withdraw(first: 0, count: 500);
        _victim.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ReplicaCore.MaxMembers, _victim.Core.Members.Count());
        Withdraw(first: 500, count: 500);
        _victim.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1001, _victim.Core.Members.Count());
    }

    [Fact]
    public void An_origin_that_makes_up_objects_is_held_back_and_the_others_are_not()
    {
        _victim.EnsureLink();
        var honest = new ReplicaId(0xBEEF);
        Send(b =>
        {
            BeginSection(b, s_maker, 0, 2000);
            for (var i = 0; i < 2000; i++) WriteRecord(b, $"made up {i}");
            b.WriteNil();
            BeginSection(b, honest, 0, 1);
            WriteRecord(b, "of a newer version");
            b.WriteNil();
        });
        Assert.Equal(0, _victim.Closed);
        Assert.Equal(1, _victim.Core.Counters.HeldBack);
        Assert.Equal((0UL, 1UL), (Contained(s_maker), Contained(honest)));
        Assert.InRange(_victim.Core.Store.Objects.Count(), 1, 10);
    }

    [Fact]
    public void As_many_objects_as_an_app_of_another_version_has_are_taken()
    {
        _victim.EnsureLink();
        Send(b =>
        {
            BeginSection(b, s_maker, 0, UnregisteredObjects.MaxOfOrigin);
            for (var i = 0; i < UnregisteredObjects.MaxOfOrigin; i++) WriteRecord(b, $"o{i}");
            b.WriteNil();
        });
        Assert.Equal((ulong)UnregisteredObjects.MaxOfOrigin, Contained(s_maker));
        Send(b =>
        {
            BeginSection(b, s_maker, UnregisteredObjects.MaxOfOrigin, UnregisteredObjects.MaxOfOrigin + 1);
            WriteRecord(b, "one more");
            b.WriteNil();
        });
        Assert.Equal((ulong)UnregisteredObjects.MaxOfOrigin, Contained(s_maker));
        Assert.Equal(1, _victim.Core.Counters.HeldBack);
    }

    /// <summary>Besides, the victim checks the address that its honest peer advertises.</summary>
    private int UnderWay() => _victim.Dials.Values.Count(IsMadeUp);

    private static bool IsMadeUp(string address) => address.StartsWith("10.9.", StringComparison.Ordinal);

    private ulong Contained(ReplicaId id) => _victim.Core.Store.Vector[_victim.Core.Store.Origins.IndexOf(id)];

    /// <summary>Announces replicas that there are not.</summary>
    private void Announce(int first, int count) => Announce(_victim, first, count);

    private static void Announce(Victim victim, int first, int count)
    {
        victim.EnsureLink();
        Send(victim, b => Members(
            b, first, count, sequence: 1, static (body, i) => body.Write(MembersObject.Encode($"n{i}", AddressOf(i), []))));
        Assert.Equal(0, victim.Closed);
    }

    private void Withdraw(int first, int count) => Send(b => Members(b, first, count, sequence: 2, write: null));

    private static void Members(FrameBuffer body, int first, int count, ulong sequence, Action<FrameBuffer, int>? write)
    {
        for (var i = first; i < first + count; i++)
        {
            var id = new ReplicaId((UInt128)(100_000 + i));
            BeginSection(body, id, sequence - 1, sequence);
            BeginRecord(body, "$members", ObjectKind.Members, "replica", isRemoval: write is null);
            body.WriteReplicaId(id);
            write?.Invoke(body, i);
            body.WriteNil();
        }
    }

    private void Send(Action<FrameBuffer> write) => Send(_victim, write);

    private static void Send(Victim victim, Action<FrameBuffer> write)
    {
        var body = new FrameBuffer();
        body.WriteArrayHeader(0);
        write(body);
        var frame = new FrameBuffer();
        var header = new DataHeader(victim.NextDataNumber, DataFlags.First | DataFlags.Last | DataFlags.Fresh);
        MessageWriter.WriteData(frame, header, body.Written);
        victim.Receive(frame.Written);
    }

    private static void BeginSection(FrameBuffer body, ReplicaId origin, ulong from, ulong to)
    {
        body.WriteReplicaId(origin);
        body.WriteUInt(from);
        body.WriteUInt(to - from);
    }

    private static void WriteRecord(FrameBuffer body, string map)
    {
        BeginRecord(body, map, ObjectKind.Map, "int", isRemoval: false);
        body.WriteInt(1);
        body.WriteInt(1);
    }

    private static void BeginRecord(FrameBuffer body, string name, ObjectKind kind, string encoding, bool isRemoval)
    {
        body.WriteUInt(isRemoval ? 6UL : 2UL);
        body.WriteArrayHeader(3);
        body.WriteText(name);
        body.WriteUInt((ulong)kind);
        body.WriteText(encoding);
        body.WriteInt(5);
    }

    private static string AddressOf(int member) =>
        string.Create(CultureInfo.InvariantCulture, $"10.9.{member / 250}.{member % 250}:1");
}
