using PeerReplica.Benchmarks.InProcess;

namespace PeerReplica.Tests.Replication;

/// <summary>What steps allocate once everything has its size: they run a few hundred times a second for each link.</summary>
public sealed class StepAllocationTests
{
    private const int Rounds = 200;
    private readonly BarePair _pair = new();

    [Fact]
    public void A_step_in_which_nothing_is_due_allocates_nothing() => Assert.Equal(0, PerRound(() => _pair.Here.Core.Pump(_pair.Here.Now)));

    [Fact]
    public void Heartbeats_in_both_directions_allocate_nothing()
    {
        var before = _pair.Here.Core.Links.Single().RoundTrips.Latest;
        Assert.Equal(0, PerRound(() =>
        {
            _pair.Wait(TimeSpan.FromSeconds(1));
            _pair.Here.Core.Pump(_pair.Here.Now);
            _pair.There.Core.Pump(_pair.There.Now);
            _pair.Exchange();
        }));
        Assert.NotEqual(before, _pair.Here.Core.Links.Single().RoundTrips.Latest);
    }

    [Fact]
    public void A_change_of_a_counter_on_its_way_there_and_back_allocates_its_two_records_and_what_was_acknowledged()
    {
        var bytes = PerRound(() =>
        {
            _pair.Wait(_pair.Here.BroadcastInterval);
            _pair.Here.Add(1);
            _pair.Here.Flush();
            _pair.Exchange();
        });
        Assert.InRange(bytes, 0, 320);
    }

    private static long PerRound(Action round)
    {
        return Allocations.Least(() =>
        {
            for (var i = 0; i < Rounds; i++) round();
        }) / Rounds;
    }
}
