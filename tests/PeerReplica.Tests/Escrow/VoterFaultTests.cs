using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>What two records of one voter prove.</summary>
public sealed class VoterFaultTests
{
    private static readonly ReplicaId s_one = new(1);
    private static readonly Decision s_value = new() { BootstrapId = s_one, Voters = [s_one] };
    private static readonly Decision s_other = s_value with { Cut = [new Mark(s_one, 1)] };
    private static readonly ConsensusRecord s_said = new()
    {
        BootstrapId = s_one,
        Slot = 3,
        Promised = At(5),
        Accepted = At(4),
        AcceptedValue = s_value,
        Prepared = At(5),
        Proposed = At(5),
        ProposedValue = s_value,
        Echoes = [new Echo(At(4), DecisionDigest.Of(s_value))],
    };

    public static TheoryData<string, Func<object, object>> Faults => new()
    {
        { "went back", r => Said(r) with { Slot = 2 } },
        { "promised", r => Said(r) with { Promised = At(4) } },
        { "accepted", r => Said(r) with { Accepted = At(3) } },
        { "accepted two values", r => Said(r) with { AcceptedValue = s_other } },
        { "accepted two values", r => Said(r) with { AcceptedValue = null } },
        { "proposed two values", r => Said(r) with { ProposedValue = s_other } },
        { "echoed two values", r => Said(r) with { Echoes = [new Echo(At(4), DecisionDigest.Of(s_other))] } },
        { "echoed a value", r => Said(r) with { Echoes = [new Echo(At(3), DecisionDigest.Of(s_value))] } },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Voter_that_contradicts_itself_is_found(string fault, Func<object, object> change) =>
        Assert.Contains(fault, VoterFault.Find(s_said, Said(change(s_said))), StringComparison.Ordinal);

    [Fact]
    public void Acceptance_below_a_promise_is_found() =>
        Assert.Contains("although", VoterFault.Find(s_said with { Accepted = At(2), Promised = At(5) }, s_said with { Accepted = At(4) }), StringComparison.Ordinal);

    [Fact]
    public void Whatever_a_voter_says_of_the_next_decision_or_later_contradicts_nothing()
    {
        Assert.Null(VoterFault.Find(s_said, s_said));
        Assert.Null(VoterFault.Find(s_said, s_said with { Promised = At(7), Accepted = At(7), AcceptedValue = s_other, Proposed = At(7), ProposedValue = s_other }));
        Assert.Null(VoterFault.Find(s_said, s_said with { Echoes = [new Echo(At(4), DecisionDigest.Of(s_value)), new Echo(At(6), DecisionDigest.Of(s_other))] }));
        Assert.Null(VoterFault.Find(s_said, new ConsensusRecord { BootstrapId = s_one, Slot = 4 }));
        Assert.Null(VoterFault.Find(s_said, new ConsensusRecord { BootstrapId = new ReplicaId(9) }));
    }

    private static Ballot At(ulong round) => new(round, s_one);

    private static ConsensusRecord Said(object record) => (ConsensusRecord)record;
}
