using PeerReplica.Causality;

namespace PeerReplica.Tests.Causality;

/// <summary>The vector against a dictionary, over seeded random operations.</summary>
public sealed class VersionVectorTests
{
    private const int Origins = 9;

    [Fact]
    public void Vector_agrees_with_a_dictionary()
    {
        var random = new Random(1);
        var vectors = Enumerable.Range(0, 3).Select(_ => (Vector: new VersionVector(), Model: new Dictionary<int, ulong>())).ToArray();
        for (var step = 0; step < 20_000; step++)
        {
            var a = random.Next(3);
            var b = (a + 1 + random.Next(2)) % 3;
            Step(random, ref vectors[a], vectors[b]);
            foreach (var (vector, model) in vectors)
            {
                for (var origin = 0; origin < Origins + 2; origin++) Assert.Equal(model.GetValueOrDefault(origin), vector[origin]);
                Assert.All(model.Where(e => e.Value > 0), e => Assert.True(e.Key < vector.Length));
            }

            Compare(vectors[a], vectors[b]);
        }
    }

    [Fact]
    public void Copy_does_not_follow_its_source()
    {
        var vector = new VersionVector { [3] = 7 };
        var copy = vector.Copy();
        vector.Raise(3, 8);
        vector.Raise(5, 1);
        Assert.Equal(7UL, copy[3]);
        Assert.Equal(0UL, copy[5]);
    }

    [Fact]
    public void Zero_for_an_origin_that_is_not_mentioned_takes_no_room()
    {
        var vector = new VersionVector { [1000] = 0 };
        Assert.Equal(0, vector.Length);
        Assert.False(vector.Raise(1000, 0));
        Assert.Equal(0, vector.Length);
    }

    [Fact]
    public void Vectors_of_different_lengths_with_equal_entries_are_the_same()
    {
        var (small, wide) = (new VersionVector { [0] = 1 }, new VersionVector { [40] = 1 });
        wide[40] = 0;
        wide[0] = 1;
        Assert.True(small.SameAs(wide));
        Assert.True(wide.SameAs(small));
    }

    private static void Step(Random random, ref (VersionVector Vector, Dictionary<int, ulong> Model) a, (VersionVector Vector, Dictionary<int, ulong> Model) b)
    {
        var origin = random.Next(Origins);
        var sequence = (ulong)random.Next(20);
        switch (random.Next(8))
        {
            case 0:
                a.Vector[origin] = sequence;
                a.Model[origin] = sequence;
                break;
            case 1 or 2 or 3:
                var rises = sequence > a.Model.GetValueOrDefault(origin);
                Assert.Equal(rises, a.Vector.Raise(origin, sequence));
                if (rises) a.Model[origin] = sequence;
                break;
            case 4:
                a.Vector.Merge(b.Vector);
                foreach (var (key, value) in b.Model) a.Model[key] = Math.Max(value, a.Model.GetValueOrDefault(key));
                break;
            case 5:
                a.Vector.Meet(b.Vector);
                foreach (var key in a.Model.Keys.ToList()) a.Model[key] = Math.Min(a.Model[key], b.Model.GetValueOrDefault(key));
                break;
            case 6:
                a.Vector.Assign(b.Vector);
                a.Model = new(b.Model);
                break;
            default:
                if (random.Next(4) > 0) break;
                a.Vector.Clear();
                a.Model.Clear();
                break;
        }
    }

    private static void Compare((VersionVector Vector, Dictionary<int, ulong> Model) a, (VersionVector Vector, Dictionary<int, ulong> Model) b)
    {
        var dominates = b.Model.All(e => a.Model.GetValueOrDefault(e.Key) >= e.Value);
        var isDominated = a.Model.All(e => b.Model.GetValueOrDefault(e.Key) >= e.Value);
        Assert.Equal(dominates, a.Vector.Dominates(b.Vector));
        Assert.Equal(dominates && isDominated, a.Vector.SameAs(b.Vector));
        for (var origin = 0; origin < Origins; origin++)
        {
            Assert.True(a.Vector.Contains(new Dot(origin, a.Model.GetValueOrDefault(origin))));
            Assert.False(a.Vector.Contains(new Dot(origin, a.Model.GetValueOrDefault(origin) + 1)));
        }
    }
}
