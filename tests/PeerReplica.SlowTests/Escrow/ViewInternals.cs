using System.Runtime.CompilerServices;
using PeerReplica.Escrow;

namespace PeerReplica.SlowTests.Escrow;

/// <summary>The engine's fields that hold places in a replica's sequence of records, for whoever gives these other numbers.</summary>
internal static class ViewInternals
{
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_consensus")]
    public static extern ref SortedList<ReplicaId, ConsensusRecord> ConsensusRecordOf(EscrowView view);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_accounts")]
    public static extern ref SortedList<EscrowName, SortedList<ReplicaId, AccountRecord>> AccountsOf(EscrowView view);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_known")]
    public static extern ref Dictionary<(ReplicaId BootstrapId, ulong Slot), Decision> KnownOf(EscrowView view);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_decisions")]
    public static extern ref List<Decision> DecisionsOf(EscrowView view);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_byAccount")]
    public static extern ref Dictionary<ReplicaId, (Closing Closing, ulong Cut, ulong Slot)> ClosedOf(ClosedAccounts closed);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_inOrder")]
    public static extern ref List<Closing> InOrderOf(ClosedAccounts closed);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_since")]
    public static extern ref Dictionary<ReplicaId, ulong> SinceOf(EscrowView view);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_acked")]
    public static extern ref Dictionary<ReplicaId, ulong> AckedOf(EscrowView view);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_Own")]
    public static extern void SetOwn(AccountConsensus consensus, ConsensusRecord own);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_told")]
    public static extern ref AccountRecord ToldOf(Account account);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_down")]
    public static extern ref AccountBook DownOf(Account account);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_up")]
    public static extern ref AccountBook? UpOf(Account account);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_limitSince")]
    public static extern ref ulong LimitSinceOf(AccountBook book);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_grantedSince")]
    public static extern ref ulong GrantedSinceOf(AccountBook book);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_transfers")]
    public static extern ref SortedList<ReplicaId, RightsTransfer> TransfersOf(AccountBook book);
}
