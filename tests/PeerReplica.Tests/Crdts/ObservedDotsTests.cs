using PeerReplica.Causality;
using PeerReplica.Crdts;

namespace PeerReplica.Tests.Crdts;

public sealed class ObservedDotsTests
{
    private static readonly Dot[] s_observed = [new(1, 5), new(2, 7)];

    [Theory]
    [InlineData(1, 4, true)]
    [InlineData(1, 5, true)]
    [InlineData(1, 6, false)]
    [InlineData(2, 6, true)]
    [InlineData(2, 8, false)]
    [InlineData(3, 1, false)]
    public void Dot_covers_all_earlier_dots_of_its_origin_and_no_other(int origin, ulong sequence, bool isCovered) =>
        Assert.Equal(isCovered, ObservedDots.Covers(s_observed, origin, sequence));

    [Theory]
    [InlineData(5, 7, true)]
    [InlineData(9, 9, true)]
    [InlineData(4, 7, false)]
    [InlineData(5, 6, false)]
    public void All_are_in_a_vector_that_contains_each(ulong one, ulong two, bool isIn) =>
        Assert.Equal(isIn, ObservedDots.AllIn(s_observed, new VersionVector { [1] = one, [2] = two }));

    [Fact]
    public void Nothing_observed_covers_nothing_and_is_in_every_vector()
    {
        Assert.False(ObservedDots.Covers(null, 1, 1));
        Assert.False(ObservedDots.Covers([], 1, 1));
        Assert.True(ObservedDots.AllIn(null, new VersionVector()));
        Assert.True(ObservedDots.AllIn([], new VersionVector()));
    }
}
