using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

public sealed class SortedValuesTests
{
    [Fact]
    public void Values_come_in_the_order_of_their_keys()
    {
        var list = new SortedList<int, string> { [3] = "c", [1] = "a", [2] = "b" };
        var seen = new List<string>();
        foreach (var value in list.InOrder()) seen.Add(value);
        Assert.Equal(["a", "b", "c"], seen);
    }
}
