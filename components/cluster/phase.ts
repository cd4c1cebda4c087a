/** How far the cluster has come; each phase can be taken back until `retired`. */
export type Phase = "coexist" | "cutover" | "retired";
