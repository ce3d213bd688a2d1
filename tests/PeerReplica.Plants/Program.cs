using PeerReplica.Plants;

// Arguments: the library's folder, and where the changed copy goes.
var faults = AllPlants.Apply(args[0], args[1]);
foreach (var fault in faults) Console.Error.WriteLine($"error PLANT1: {fault}");
return faults.Count == 0 ? 0 : 1;
