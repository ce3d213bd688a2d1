namespace PeerReplica;

/// <summary>What came of asking for any item of a pool.</summary>
/// <typeparam name="T">The items' type.</typeparam>
/// <param name="Outcome"><see cref="PoolOutcome.Done"/> when one was taken; else why the last that was asked for was not.</param>
/// <param name="Item">The item, if one was taken.</param>
public readonly record struct PoolTake<T>(PoolOutcome Outcome, T? Item);
