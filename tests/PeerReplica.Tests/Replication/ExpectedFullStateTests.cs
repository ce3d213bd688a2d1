using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>Which full states count as answers: those that honest peers send under loss, and no others.</summary>
public sealed class ExpectedFullStateTests
{
    private const DataFlags Repair = DataFlags.FullState | DataFlags.Repair;
    private readonly ExpectedFullStates _requests = new();

    [Fact]
    public void An_answer_must_be_of_the_kind_that_was_asked_for_and_counts_once()
    {
        Assert.False(_requests.IsOpen(DataFlags.FullState));
        _requests.Ask(PullKind.Missing);
        Assert.False(_requests.IsOpen(DataFlags.FullState));
        _requests.Ask(PullKind.FullState);
        Assert.True(_requests.IsOpen(DataFlags.FullState));
        Assert.False(_requests.IsOpen(Repair));
        _requests.Answered(DataFlags.FullState);
        Assert.False(_requests.IsOpen(DataFlags.FullState));
    }

    [Fact]
    public void Both_kinds_may_be_asked_for_at_a_time()
    {
        _requests.Ask(PullKind.Repair);
        _requests.Ask(PullKind.FullState);
        _requests.Answered(Repair);
        Assert.True(_requests.IsOpen(DataFlags.FullState));
        Assert.False(_requests.IsOpen(Repair));
    }

    [Fact]
    public void A_full_state_whose_acknowledgment_was_lost_may_come_again_after_a_restart()
    {
        _requests.Ask(PullKind.FullState);
        _requests.Answered(DataFlags.FullState);
        _requests.Restarted();
        Assert.True(_requests.IsOpen(DataFlags.FullState));
        _requests.BeganAnew();
        Assert.False(_requests.IsOpen(DataFlags.FullState));
        _requests.Restarted();
        Assert.False(_requests.IsOpen(DataFlags.FullState));
    }

    [Fact]
    public void Changes_that_were_on_their_way_when_it_was_asked_do_not_close_a_request()
    {
        _requests.Ask(PullKind.FullState);
        _requests.BeganAnew();
        _requests.Restarted();
        Assert.True(_requests.IsOpen(DataFlags.FullState));
    }

    [Fact]
    public void A_repair_may_come_again_after_a_restart_as_well_and_only_one_that_was_answered()
    {
        _requests.Restarted();
        Assert.False(_requests.IsOpen(Repair));
        _requests.Ask(PullKind.Repair);
        _requests.BeganAnew();
        Assert.True(_requests.IsOpen(Repair));
        _requests.Answered(Repair);
        _requests.BeganAnew();
        _requests.Restarted();
        Assert.True(_requests.IsOpen(Repair));
        _requests.BeganAnew();
        Assert.False(_requests.IsOpen(Repair));
    }

    [Fact]
    public void A_link_survives_a_few_full_states_that_nobody_asked_for()
    {
        Assert.Equal(ExpectedFullStates.MaxUnasked, PassedOver(DataFlags.FullState));
        Assert.False(_requests.TryPassOver(Repair));
    }

    [Fact]
    public void An_answer_to_each_of_many_requests_is_no_excess()
    {
        const int Requests = 100;
        for (var i = 0; i < Requests; i++) _requests.Ask(PullKind.FullState);
        _requests.Answered(DataFlags.FullState);
        for (var i = 1; i < Requests; i++) Assert.True(_requests.TryPassOver(DataFlags.FullState));

        // Each may have been repeated by the transport. Those were not asked for as repairs.
        Assert.Equal(Requests + ExpectedFullStates.MaxUnasked, PassedOver(DataFlags.FullState));
        Assert.False(_requests.TryPassOver(Repair));
    }

    [Fact]
    public void A_full_state_that_was_on_its_way_when_the_peer_was_told_to_restart_comes_twice_and_is_no_excess()
    {
        _requests.Ask(PullKind.Repair);
        for (var i = 0; i < 20; i++) _requests.Restarted();
        _requests.Answered(Repair);
        Assert.Equal(20 + 1 + ExpectedFullStates.MaxUnasked, PassedOver(Repair));
    }

    [Fact]
    public void Being_told_to_restart_gives_no_leave_to_send_what_was_never_asked_for()
    {
        for (var i = 0; i < 20; i++) _requests.Restarted();
        Assert.Equal(ExpectedFullStates.MaxUnasked, PassedOver(DataFlags.FullState));
    }

    private int PassedOver(DataFlags flags)
    {
        var count = 0;
        while (_requests.TryPassOver(flags)) count++;
        return count;
    }
}
