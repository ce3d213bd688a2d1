using PeerReplica.Causality;

namespace PeerReplica.Tests.Causality;

/// <summary>
/// The scan for the first greater entry, which compares several origins at a time, and the version number of a
/// vector.
/// </summary>
public sealed class VersionVectorScanTests
{
    [Fact]
    public void First_greater_origin_is_found_at_every_position_and_from_every_start()
    {
        // Lengths around several multiples of any SIMD width in use: 2, 4 or 8 lanes.
        foreach (var length in (int[])[1, 2, 3, 7, 8, 9, 15, 16, 17, 33])
        {
            for (var greater = 0; greater < length; greater++)
            {
                var (mine, theirs) = (Filled(length), Filled(length));
                mine[greater]++;
                for (var from = 0; from <= length; from++)
                {
                    Assert.Equal(from <= greater ? greater : -1, mine.FirstAbove(theirs, from));
                    Assert.Equal(-1, theirs.FirstAbove(mine, from));
                }
            }
        }
    }

    [Fact]
    public void Origins_beyond_the_end_of_the_other_vector_count_as_zero()
    {
        var (wide, narrow) = (new VersionVector { [20] = 1 }, new VersionVector { [3] = 1 });
        Assert.Equal(20, wide.FirstAbove(narrow, 0));
        Assert.Equal(3, narrow.FirstAbove(wide, 0));
        Assert.Equal(-1, narrow.FirstAbove(wide, 4));
        Assert.False(wide.Dominates(narrow));
        Assert.False(narrow.Dominates(wide));
    }

    [Fact]
    public void Version_changes_with_every_change_of_an_entry()
    {
        var vector = new VersionVector();
        var versions = new HashSet<long> { vector.Version };
        vector[5] = 3;
        Assert.True(versions.Add(vector.Version), "after an entry was set");
        Assert.True(vector.Raise(5, 4));
        Assert.True(versions.Add(vector.Version), "after an entry was raised");
        vector.Merge(new VersionVector { [6] = 1 });
        Assert.True(versions.Add(vector.Version), "after a merge that raised an entry");
        vector.Meet(new VersionVector { [5] = 2 });
        Assert.True(versions.Add(vector.Version), "after a meet");
        vector.Assign(new VersionVector { [1] = 1 });
        Assert.True(versions.Add(vector.Version), "after an assignment");
        vector.Clear();
        Assert.True(versions.Add(vector.Version), "after the vector was cleared");
    }

    [Fact]
    public void Version_stays_when_no_entry_changes()
    {
        var vector = new VersionVector { [5] = 3 };
        var version = vector.Version;
        vector[5] = 3;
        vector[1000] = 0;
        Assert.False(vector.Raise(5, 3));
        Assert.False(vector.Raise(5, 2));
        vector.Merge(new VersionVector { [5] = 3, [1] = 0 });
        Assert.Equal(version, vector.Version);
    }

    [Fact]
    public void Room_grows_by_doubling()
    {
        // One growth for each doubling: origins that arrive one by one cost amortized constant time.
        var vector = new VersionVector();
        var lengths = new HashSet<int>();
        for (var origin = 0; origin < 1_024; origin++)
        {
            vector[origin] = 1;
            Assert.InRange(vector.Length, origin + 1, 2 * (origin + 1));
            lengths.Add(vector.Length);
        }

        Assert.Equal(11, lengths.Count);
    }

    private static VersionVector Filled(int length)
    {
        var vector = new VersionVector { [length - 1] = 1 };
        for (var origin = 0; origin < length; origin++) vector[origin] = (ulong)(100 + origin);
        return vector;
    }
}
