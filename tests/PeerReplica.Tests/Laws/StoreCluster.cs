using PeerReplica.Causality;
using PeerReplica.Replication;

namespace PeerReplica.Tests.Laws;

/// <summary>
/// Two to four stores that a script of numbers drives: local writes and removals, transfers in any order, some of them late and more than once. The same
/// script gives the same cluster, so a law compares two ways from one state by building it twice.
/// </summary>
internal sealed class StoreCluster
{
    private readonly List<(int To, Delta Delta)> _late = [];
    private readonly bool _collects;
    private readonly int _collectors;
    private long _wall = 1_700_000_000_000;

    /// <param name="script">What happens; the first number decides how many stores there are.</param>
    /// <param name="collects">Whether what is stable is collected.</param>
    /// <param name="forgotten">How many of the last stores collection does not wait for.</param>
    public StoreCluster(int[] script, bool collects = false, int forgotten = 0)
    {
        var count = 2 + (script.Length == 0 ? 1 : script[0] % 3);
        if (forgotten > 0) count = Math.Max(count, 3);
        Nodes = [.. Enumerable.Range(0, count).Select(n => new StoreNode(n))];
        _collects = collects;
        _collectors = count - forgotten;
        foreach (var step in script.Skip(1)) Run(new StepNumbers(step));
    }

    public IReadOnlyList<StoreNode> Nodes { get; }

    public StoreNode this[int index] => Nodes[index % Nodes.Count];

    /// <summary>A store that is new to the cluster and holds nothing.</summary>
    public static StoreNode Newcomer() => new(9);

    /// <summary>Exchanges until nothing changes any more, without collecting.</summary>
    public void Heal()
    {
        for (var round = 0; round < 2; round++)
        {
            foreach (var from in Nodes)
            {
                foreach (var to in Nodes)
                {
                    if (from != to) Exchange(from, to);
                }
            }
        }
    }

    /// <summary>What the core does for a link: a delta, or the full state for a receiver below the floor.</summary>
    public static void Exchange(StoreNode from, StoreNode to)
    {
        if (to.Deliver(from.DeltaFor(to)).Verdict == DeltaVerdict.NeedsFullState) Assert.Equal(DeltaVerdict.Applied, to.Deliver(from.FullState()).Verdict);
    }

    private void Run(StepNumbers numbers)
    {
        var node = this[numbers.Take(Nodes.Count)];
        switch (numbers.Take(8))
        {
            case 0 or 1 or 2 or 3:
                Write(node, numbers);
                break;
            case 4 or 5:
                Exchange(this[numbers.Take(Nodes.Count)], node);
                break;
            case 6:
                Late(node, numbers);
                break;
            default:
                if (_collects) Collect();
                break;
        }
    }

    private void Write(StoreNode node, StepNumbers numbers)
    {
        var kind = ObjectKinds.All[numbers.Take(ObjectKinds.All.Count)];
        var key = numbers.Take(kind.Keys);
        var value = kind.CanRemove && numbers.Take(3) == 0 ? (int?)null : numbers.Take(1000) - 500;

        // Stamps that tie, that run backwards and that carry a counter: no order of writing may hide in them.
        _wall += numbers.Take(3) - 1;
        var stamp = new HybridTimestamp(_wall, (ushort)(numbers.Take(2) * numbers.Take(70)));
        var expiresAt = kind.CanExpire && numbers.Take(2) == 0 ? StoreNode.Now + TimeSpan.FromMilliseconds(numbers.Take(5000)) : default;
        node.Write(kind, key, value, stamp, value is null ? default : expiresAt);
    }

    /// <summary>A transfer that is kept and arrives later, possibly again: it must be known, applicable or over a gap by then, and never harm.</summary>
    private void Late(StoreNode node, StepNumbers numbers)
    {
        if (_late.Count > 0 && numbers.Take(2) == 0)
        {
            var (to, delta) = _late[numbers.Take(_late.Count)];
            Nodes[to].Deliver(delta);
            return;
        }

        var receiver = numbers.Take(Nodes.Count);
        _late.Add((receiver, node.DeltaFor(Nodes[receiver])));
    }

    private void Collect()
    {
        var collectors = Nodes.Take(_collectors).ToList();
        foreach (var node in collectors)
        {
            var stable = node.Store.Vector.Copy();
            for (var origin = 0; origin < node.Store.Origins.Count; origin++)
            {
                var id = node.Store.Origins[origin];
                stable[origin] = collectors.Min(other => other.Contained(id));
            }

            node.Store.Collect(stable, 1000);
        }
    }

    /// <summary>Small choices out of one number, so that a script shrinks by shrinking its numbers.</summary>
    private sealed class StepNumbers(int number)
    {
        private uint _left = (uint)number;

        public int Take(int below)
        {
            var taken = (int)(_left % (uint)below);
            _left /= (uint)below;
            return taken;
        }
    }
}
