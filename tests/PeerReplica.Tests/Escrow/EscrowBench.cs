using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Tests.Escrow;

/// <summary>Engines whose records are handed from one to another by the test: prefixes of what each wrote.</summary>
internal sealed class Bench
{
    public static readonly EscrowName Name = new(ObjectKind.BoundedCounter, "left");

    public Instant Now { get; set; } = new(1);

    public List<Node> Nodes { get; } = [];

    public Node Add(ulong id, long capacity = 100, long allowance = 5, string? name = null)
    {
        var node = new Node(this, new ReplicaId(id), capacity, allowance, name ?? $"n{id}");
        Nodes.Add(node);
        return node;
    }

    /// <summary>Everyone hears everything, until nothing is new.</summary>
    public void Settle(params Node[] among)
    {
        if (among.Length == 0) among = [.. Nodes];
        for (var i = 0; i < 200; i++)
        {
            Now = new Instant(Now.Ticks + TimeSpan.TicksPerMillisecond);
            foreach (var node in among) node.Tend(among.Where(a => a != node), node == among[0]);
            var news = false;
            foreach (var from in among)
            {
                foreach (var to in among) news |= from != to && to.Hear(from);
            }

            if (!news) return;
        }
    }

    internal sealed class Node : IEscrowPublisher
    {
        private readonly Bench _bench;
        private readonly List<Action<EscrowView>> _written = [];
        private readonly Dictionary<ReplicaId, int> _heard = [];

        public Node(Bench bench, ReplicaId id, long capacity, long allowance, string name)
        {
            _bench = bench;
            Id = id;
            Engine = new EscrowEngine(id);
            Port = new FakePort(capacity, allowance);
            Engine.Introduce(name, name);
            Account = Engine.Open(Port);
        }

        public ReplicaId Id { get; }

        public EscrowEngine Engine { get; }

        public FakePort Port { get; }

        public Account Account { get; }

        public ReplicaId[] Ready { get; set; } = [];

        public int Written => _written.Count;

        public void Tend(IEnumerable<Node> reachable, bool mayPropose) =>
            Engine.Tend(new ConsensusInputs { MayPropose = mayPropose, Ready = Ready, Reachable = reachable.Select(r => r.Id).ToHashSet() }, _bench.Now, this);

        /// <summary>Hears up to the given number of the other's records, all without one.</summary>
        public bool Hear(Node other, int? upTo = null)
        {
            var from = _heard.GetValueOrDefault(other.Id);
            var to = Math.Min(upTo ?? other._written.Count, other._written.Count);
            for (var i = from; i < to; i++) other._written[i](Engine.View);
            _heard[other.Id] = Math.Max(from, to);
            return to > from;
        }

        public void Publish(ConsensusRecord record) => Write(v => v.Learn(Id, record));

        public void Publish(ulong slot, Decision decision) => Write(v => Assert.True(v.Learn(slot, decision)));

        public void Publish(EscrowName name, byte[] key, ReservationRecord record, PeerReplica.Causality.Instant expiresAt) =>
            throw new InvalidOperationException("nobody holds anything here");

        public void Remove(EscrowName name, byte[] key)
        {
        }

        public void Publish(Account account)
        {
            if (!account.IsStale) return;
            var record = account.ToRecord((ulong)_written.Count + 1);
            Write(v => v.Learn(Id, Name, record));
        }

        public bool TryTake(long amount) => Port.Budget.TryTake(amount);

        private void Write(Action<EscrowView> record)
        {
            _written.Add(record);
            record(Engine.View);
        }
    }

    internal sealed class FakePort(long capacity, long allowance) : EscrowPort
    {
        public AtomicBudget Budget { get; } = new();

        public long Wanted { get; set; }

        public long GrantedHere { get; set; }

        public override EscrowName Name => Bench.Name;

        public override Budget Down => Budget;

        public override Budget? Up => null;

        public override long Allowance => allowance;

        public override InitialGrantRequest InitialGrant { get; } = new(Bench.Name, capacity, 0);

        public override long Want => Wanted;

        public override long UpWant => 0;

        public override long Granted => GrantedHere;

        public override ReservationRequest[] Requests => [];

        public override bool HoldsAreReservations => true;

        public override ReplicaId? FirstAuthority(byte[] key) => null;

        public override void Confirmed(long amount)
        {
        }

        public override void EndWaiting()
        {
        }

        public override long Missed() => 0;

        public override void Changed()
        {
        }
    }
}
