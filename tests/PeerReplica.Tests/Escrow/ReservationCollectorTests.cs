using PeerReplica.Causality;
using PeerReplica.Escrow;
using static PeerReplica.Tests.Escrow.EscrowScene;

namespace PeerReplica.Tests.Escrow;

/// <summary>When the record of a hold that has ended is removed, and by whom.</summary>
public sealed class ReservationCollectorTests
{
    private static readonly TimeSpan s_retention = TimeSpan.FromHours(1);
    private static readonly Instant s_now = new(TimeSpan.TicksPerDay);

    private readonly EscrowScene _scene = new(1, 2, 3);
    private readonly ScenePort _port = new() { Authority = Id(1) };
    private readonly ReservationPublisher _publisher = new();

    public ReservationCollectorTests() => _publisher.View = _scene.View;

    [Fact]
    public void Holder_removes_it_after_the_retention_once_its_end_is_acknowledged()
    {
        var collector = New(1);
        collector.Tend(s_now, s_retention, _publisher);
        Assert.Equal(Instant.Never, collector.Next);
        End(1);
        collector.Tend(s_now, s_retention, _publisher);
        Assert.Equal((s_now + s_retention, 1), (collector.Next, collector.Waiting));
        collector.Tend(s_now + s_retention, s_retention, _publisher);
        Assert.Empty(_publisher.Removed);
        Assert.Equal(s_now + s_retention + s_retention, collector.Next);
        _scene.Acknowledge(1, 5);
        collector.Tend(s_now + s_retention + s_retention, s_retention, _publisher);
        Assert.Equal([Key(1)], _publisher.Removed);
        Assert.Equal((Instant.Never, 0), (collector.Next, collector.Waiting));
    }

    [Fact]
    public void Nobody_but_the_holder_removes_it()
    {
        var collector = New(2);
        collector.Tend(s_now, s_retention, _publisher);
        End(1);
        _scene.Acknowledge(1, 5);
        collector.Tend(s_now, s_retention, _publisher);
        Assert.Equal((Instant.Never, 0), (collector.Next, collector.Waiting));
        collector.Tend(s_now + s_retention, s_retention, _publisher);
        Assert.Empty(_publisher.Removed);
    }

    [Fact]
    public void Holder_whose_account_is_closed_removes_nothing()
    {
        var collector = New(1);
        collector.Tend(s_now, s_retention, _publisher);
        End(1);
        _scene.Acknowledge(1, 5);
        collector.Tend(s_now, s_retention, _publisher);
        _scene.Close([new(Id(1), 5)], Closing(1, 2, ClosedSide.Empty));
        collector.Tend(s_now + s_retention, s_retention, _publisher);
        Assert.Empty(_publisher.Removed);
    }

    [Fact]
    public void Many_that_are_due_at_once_are_removed_in_several_steps()
    {
        var collector = New(1);
        collector.Tend(s_now, s_retention, _publisher);
        for (var number = 1; number <= ReservationCollector.MaxPerStep + 1; number++) End((ulong)number);
        _scene.Acknowledge(1, 5);
        collector.Tend(s_now, s_retention, _publisher);
        var due = s_now + s_retention;
        collector.Tend(due, s_retention, _publisher);
        Assert.Equal(ReservationCollector.MaxPerStep, _publisher.Removed.Count);
        Assert.Equal(due + TimeSpan.FromTicks(1), collector.Next);
        collector.Tend(due, s_retention, _publisher);
        Assert.Equal(ReservationCollector.MaxPerStep, _publisher.Removed.Count);
        collector.Tend(collector.Next, s_retention, _publisher);
        Assert.Equal(ReservationCollector.MaxPerStep + 1, _publisher.Removed.Count);
    }

    private ReservationCollector New(ulong self) => new(_port, Id(self), _scene.View, _scene.View.ReservationsOf(Name));

    private void End(ulong number) =>
        _scene.View.Learn(Name, Key(number), [new Reservation(Id(1), 5, new ReservationRecord(ReservationState.Taken, 1, Id(1), number, Id(1), 1, 2, []), default)]);

    private static byte[] Key(ulong number) => HoldKey.Of(new HoldId(Id(1), number));
}
