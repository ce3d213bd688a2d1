using PeerReplica.Crdts;
using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>A view of a formed cluster that a test fills record by record, without engines or a network.</summary>
internal sealed class EscrowScene
{
    public static readonly EscrowName Name = new(ObjectKind.BoundedCounter, "left");
    public static readonly ReplicaId BootstrapId = new(999);

    private readonly Dictionary<ReplicaId, ConsensusRecord> _consensus = [];

    public EscrowScene(params ulong[] voters)
    {
        Voters = [.. voters.Select(Id)];
        Decide(new Decision { BootstrapId = BootstrapId, Voters = Voters });
    }

    public ReplicaId[] Voters { get; }

    public EscrowView View { get; } = new();

    public static ReplicaId Id(ulong id) => new(id);

    /// <summary>The next decision, which all voters know at once.</summary>
    public void Decide(Decision decision)
    {
        Assert.True(View.Learn(View.Slot, decision));
        foreach (var id in Voters) Join(id, static r => r);
        foreach (var id in _consensus.Keys.Except(Voters).ToArray()) Join(id, static r => r);
    }

    /// <summary>Decides the first grant of the rights.</summary>
    public void InitialGrant(params (ulong Account, long Down, long Up)[] shares) => Decide(new Decision
    {
        BootstrapId = BootstrapId,
        Voters = Voters,
        InitialGrants = [new InitialGrant(Name, [.. shares.Select(s => new InitialGrantShare(Id(s.Account), s.Down, s.Up))])],
    });

    /// <summary>Decides that accounts are closed.</summary>
    public void Close(Mark[] cut, params Closing[] closings) =>
        Decide(new Decision { BootstrapId = BootstrapId, Voters = Voters, Cut = cut, Closings = closings });

    public static Closing Closing(ulong account, ulong successor, ClosedSide down, ClosedSide? up = null) =>
        new(Id(account), Id(successor), [new ClosedObject(Name, down, up ?? ClosedSide.Empty)]);

    /// <summary>A replica has a consensus record at the present decision, changed as asked.</summary>
    public void Join(ReplicaId id, Func<ConsensusRecord, ConsensusRecord> change)
    {
        var before = _consensus.GetValueOrDefault(id) ?? new ConsensusRecord();
        _consensus[id] = change(before with { BootstrapId = BootstrapId, Slot = View.Slot });
        View.Learn(id, _consensus[id]);
    }

    public void Join(ulong id) => Join(Id(id), static r => r);

    /// <summary>Some voters acknowledge an account's records up to one, all where none is named.</summary>
    public void Acknowledge(ulong account, ulong sequence, params ulong[] voters)
    {
        var mark = new Mark(Id(account), sequence);
        foreach (var voter in voters.Length == 0 ? Voters : [.. voters.Select(Id)])
            Join(voter, r => r with { Acks = [.. r.Acks.Where(a => a.Replica != mark.Replica), mark] });
    }

    public void Down(ulong account, AccountSide down) => View.Learn(Id(account), Name, AccountRecord.Empty with { Down = down });

    public void Up(ulong account, AccountSide up) => View.Learn(Id(account), Name, AccountRecord.Empty with { Up = up });

    public void Learn(ulong account, AccountRecord record) => View.Learn(Id(account), Name, record);
}
