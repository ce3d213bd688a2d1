using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>How many voters it takes.</summary>
public sealed class VoterQuorumTests
{
    [Theory]
    [InlineData(1, 0, 1, 1)]
    [InlineData(2, 0, 2, 1)]
    [InlineData(3, 0, 2, 2)]
    [InlineData(4, 1, 3, 2)]
    [InlineData(5, 1, 4, 2)]
    [InlineData(6, 1, 4, 2)]
    [InlineData(7, 2, 5, 3)]
    public void Two_quorums_of_voters_that_are_checked_have_an_honest_one_in_common(int voters, int liars, int quorum, int witnesses)
    {
        Assert.Equal((liars, quorum, witnesses), (VoterQuorum.Liars(voters, true), VoterQuorum.Of(voters, true), VoterQuorum.Witnesses(voters)));
        Assert.True((2 * quorum) - voters > liars);
        Assert.Equal((0, (voters / 2) + 1), (VoterQuorum.Liars(voters, false), VoterQuorum.Of(voters, false)));
    }

    [Theory]
    [InlineData(2, 1, 1)]
    [InlineData(2, 2, 0)]
    [InlineData(3, 1, 2)]
    [InlineData(3, 2, 0)]
    [InlineData(4, 1, 3)]
    [InlineData(4, 2, 0)]
    [InlineData(5, 1, 4)]
    [InlineData(5, 2, 3)]
    [InlineData(5, 3, 0)]
    [InlineData(6, 2, 4)]
    [InlineData(6, 3, 0)]
    [InlineData(7, 2, 5)]
    [InlineData(7, 3, 0)]
    public void Those_that_are_left_decide_while_any_quorum_had_an_honest_one_among_them(int voters, int ended, int quorum) =>
        Assert.Equal(quorum, VoterQuorum.OfLeft(voters, ended, isChecked: true));

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(4, 2, 2)]
    [InlineData(5, 0, 3)]
    [InlineData(6, 3, 3)]
    [InlineData(6, 4, 0)]
    public void Where_votes_are_not_checked_half_may_have_ended(int voters, int ended, int quorum) =>
        Assert.Equal(quorum, VoterQuorum.OfLeft(voters, ended, isChecked: false));
}
